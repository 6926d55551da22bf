/* e^x by a polynomial, in loops that become vectors; shared by the recurrences. */

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE float as_float(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
INLINE uint32_t as_bits(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }

/* e^x is exactly 0 below SMALLEST and held above LARGEST, 2^40, so that a product of three stays finite.
   They are volatile because GCC splits a clamp between known limits into branches, which spoils the vector loop. */
static const volatile float SMALLEST = -88.03f, LARGEST = 27.72f;

typedef struct { float low, high; } Limits;
typedef struct { Limits rising, falling, doubled; } Clamps; /* of x for e^x, e^-x and e^-2x */

INLINE Clamps clamps(void) {
    float small = SMALLEST, large = LARGEST;
    return (Clamps){{small, large}, {-large, -small}, {-large / 2, -small / 2}};
}

/* 2^(scale * x), a polynomial between whole powers; NaN stays NaN. */
INLINE float power(float x, float scale, Limits limits) {
    x = x < limits.low ? limits.low : x;
    x = x > limits.high ? limits.high : x;
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
