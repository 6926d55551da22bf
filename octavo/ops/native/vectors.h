/* What the kernels share: numbers of two types, e^x in vector loops, and a copy of a loop for each instruction set. */

#ifndef OCTAVO_VECTORS_H
#define OCTAVO_VECTORS_H

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

INLINE float as_float(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
INLINE uint32_t as_bits(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }

/* bfloat16 is the upper half of a float. */
INLINE float widened(uint16_t half) { return as_float((uint32_t)half << 16); }

INLINE uint16_t rounded(float x) {
    uint32_t bits = as_bits(x);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

INLINE float load(const void *from, int64_t k, int half) {
    return half ? widened(((const uint16_t *)from)[k]) : ((const float *)from)[k];
}

INLINE void store(void *to, int64_t k, float x, int half) {
    if (half) ((uint16_t *)to)[k] = rounded(x);
    else ((float *)to)[k] = x;
}

INLINE const void *at(const void *base, int64_t k, int half) { return (const char *)base + k * (half ? 2 : 4); }

/* e^x is exactly 0 below SMALLEST and held above LARGEST, 2^40, so that a product of three stays finite.
   They are volatile because GCC splits a clamp between known limits into branches, which spoils the vector loop. */
static const volatile float SMALLEST = -88.03f, LARGEST = 27.72f;
static const float LOG2E = 1.44269504f;

typedef struct { float low, high; } Limits;

INLINE Limits limits(void) { return (Limits){SMALLEST, LARGEST}; }

typedef struct { Limits rising, falling, doubled; } Clamps; /* of x for e^x, e^-x and e^-2x */

INLINE Clamps clamps(void) {
    Limits x = limits();
    return (Clamps){x, {-x.high, -x.low}, {-x.high / 2, -x.low / 2}};
}

/* 2^(scale * x), a polynomial between whole powers; NaN stays NaN. */
INLINE float power(float x, float scale, Limits within) {
    x = x < within.low ? within.low : x;
    x = x > within.high ? within.high : x;
    const float round = 12583039.0f; /* 1.5 * 2^23 + 127: adding it leaves the exponent's bits of 2^n lowest */
    float shifted = x * scale + round, r = x * scale - (shifted - round);
    float p = 0.00132645909f;
    p = p * r + 0.00967161914f;
    p = p * r + 0.0555073503f;
    p = p * r + 0.240222405f;
    p = p * r + 0.693146976f;
    p = p * r + 1.0f;
    return p * as_float(as_bits(shifted) << 23);
}

/* FOR_EACH_SET(VARIANT) says VARIANT(set) for each instruction set, FOR_set being a function's attribute; BEST(name)
   is the last of name_baseline, name_avx2 and name_avx512 that this processor can run. */
#define FOR_baseline
#ifdef __x86_64__
#define FOR_avx2 __attribute__((target("avx2,fma")))
#define FOR_avx512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define FOR_EACH_SET(VARIANT) VARIANT(baseline) VARIANT(avx2) VARIANT(avx512)
#define BEST(name) (has_avx512() ? name##_avx512 : has_avx2() ? name##_avx2 : name##_baseline)

INLINE int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

INLINE int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
#define FOR_EACH_SET(VARIANT) VARIANT(baseline)
#define BEST(name) name##_baseline
#endif

#endif
