/* The gated recurrence over pre-activations, activations and scan in one pass (Bradbury et al. 2017, eq. 3-5).

   gates [length][batch][G][width], float or bfloat16, hold z, f, then o, then i, as far as G = 2, 3 or 4 goes:

       c = sigmoid(f) * c_before + sigmoid(-f) * tanh(z)        G = 2, 3
       c = sigmoid(f) * c_before + sigmoid(i)  * tanh(z)        G = 4
       h = sigmoid(o) * c                                       G = 3, 4

   Activations and states are float whatever the gates are. Time is the outer loop, so that memory is read in order;
   each thread keeps its own blocks of channels. The backward recomputes the activations rather than store them. */

#include "gates.h"

enum { BLOCK = 64 /* channels */, LINE = 64 /* bytes of a cache line */ };

typedef struct {
    int64_t length, batch, width;
    const int64_t *lengths;    /* [batch], or null: every text is full */
    const void *gates;         /* [length][batch][G][width] */
    float *states;             /* [length][batch][width]: c, written forward and read backward */
    void *output;              /* [length][batch][width]: h, of the gates' type; unused if G = 2 */
    float *carry;              /* [batch][width]: the initial state in, the final one out; backward, their gradients */
    const float *initial;      /* [batch][width] or null; backward only, as are all below */
    const void *grad_output;   /* of the gates' type, or null */
    const float *grad_states;  /* or null */
    void *grad_gates;
} Job;

static const float NOTHING[BLOCK];

INLINE void prefetch(const void *from, int64_t bytes) {
    for (int64_t k = 0; k < bytes; k += LINE) __builtin_prefetch((const char *)from + k);
}

/* The channels of text b from h on, n of them. */
typedef struct { int64_t b, h, n; } Block;

INLINE Block block_at(const Job *job, int64_t b, int64_t h) {
    if (h >= job->width) b++, h = 0;
    return (Block){b, h, MIN(BLOCK, job->width - h)};
}

INLINE Block first_block(const Job *job, int64_t index) {
    int64_t per_text = (job->width + BLOCK - 1) / BLOCK;
    return block_at(job, index / per_text, index % per_text * BLOCK);
}

INLINE void forward_block(const Job *job, int64_t t, Block here, int half, int G) {
    const int64_t H = job->width, n = here.n, row = t * job->batch + here.b;
    const void *gates = at(job->gates, row * G * H + here.h, half);
    float *restrict carry = job->carry + here.b * H + here.h, *restrict states = job->states + row * H + here.h;
    void *output = (void *)at(job->output, row * H + here.h, half);
    if (job->lengths && t >= job->lengths[here.b]) {
        memset(states, 0, n * 4);
        if (G > 2) memset(output, 0, n * (half ? 2 : 4));
        return;
    }
    if (t + 1 < job->length)
        for (int g = 0; g < G; g++) prefetch(at(gates, (job->batch * G + g) * H, half), n * (half ? 2 : 4));
    const Clamps clamp = clamps();
    #pragma omp simd
    for (int64_t k = 0; k < n; k++) {
        float o = G > 2 ? load(gates, k + 2 * H, half) : 0, i = G > 3 ? load(gates, k + 3 * H, half) : 0;
        Activations a = activate(load(gates, k, half), load(gates, k + H, half), o, i, clamp, G);
        float c = pooled(carry[k], a, G);
        states[k] = carry[k] = c;
        if (G > 2) store(output, k, a.o * c, half);
    }
}

INLINE void backward_block(const Job *job, int64_t t, Block here, int half, int G) {
    const int64_t H = job->width, n = here.n, row = t * job->batch + here.b, place = row * H + here.h;
    const void *gates = at(job->gates, row * G * H + here.h, half);
    void *grads = (void *)at(job->grad_gates, row * G * H + here.h, half);
    if (job->lengths && t >= job->lengths[here.b]) {
        for (int g = 0; g < G; g++) memset((void *)at(grads, g * H, half), 0, n * (half ? 2 : 4));
        return;
    }
    const float *restrict c = job->states + place;
    const float *restrict before = t ? c - job->batch * H : job->initial ? job->initial + here.b * H + here.h : NOTHING;
    const float *restrict grad_states = job->grad_states ? job->grad_states + place : NOTHING;
    const void *grad_output = job->grad_output ? at(job->grad_output, place, half) : NOTHING;
    float *restrict carry = job->carry + here.b * H + here.h;
    if (t) {
        for (int g = 0; g < G; g++) prefetch(at(gates, (g - job->batch * G) * H, half), n * (half ? 2 : 4));
        if (t > 1) prefetch(before - job->batch * H, n * 4);
        if (job->grad_output) prefetch(at(grad_output, -job->batch * H, half), n * (half ? 2 : 4));
        if (job->grad_states) prefetch(grad_states - job->batch * H, n * 4);
    }
    const Clamps clamp = clamps();
    #pragma omp simd
    for (int64_t k = 0; k < n; k++) {
        float o = G > 2 ? load(gates, k + 2 * H, half) : 0, i = G > 3 ? load(gates, k + 3 * H, half) : 0;
        Activations a = activate(load(gates, k, half), load(gates, k + H, half), o, i, clamp, G);
        float dh = G > 2 ? load(grad_output, k, half) : 0, dc = carry[k] + grad_states[k] + dh * a.o;
        float dc_df = G > 3 ? before[k] : before[k] - a.z;
        carry[k] = dc * a.f;
        store(grads, k, dc * (G > 3 ? a.i : a.f_rest) * (1.0f - a.z * a.z), half);
        store(grads, k + H, dc * dc_df * a.f * a.f_rest, half);
        if (G > 2) store(grads, k + 2 * H, dh * c[k] * a.o * a.o_rest, half);
        if (G > 3) store(grads, k + 3 * H, dc * a.z * a.i * a.i_rest, half);
    }
}

/* A thread's blocks, `count` of them from the first on, through all of time. */
INLINE void forward(const Job *job, Block first, int64_t count, int half, int G) {
    for (int64_t t = 0; t < job->length; t++) {
        Block block = first;
        for (int64_t k = 0; k < count; k++, block = block_at(job, block.b, block.h + BLOCK))
            forward_block(job, t, block, half, G);
    }
}

INLINE void backward(const Job *job, Block first, int64_t count, int half, int G) {
    for (int64_t t = job->length - 1; t >= 0; t--) {
        Block block = first;
        for (int64_t k = 0; k < count; k++, block = block_at(job, block.b, block.h + BLOCK))
            backward_block(job, t, block, half, G);
    }
}

/* One copy of the loops for each gate count and type, and of those for each instruction set. */
#define VARIANT(pass, set)                                                                            \
    static void FOR_##set pass##_##set(const Job *job, Block first, int64_t count, int half, int G) { \
        switch (G * 2 + half) {                                                                       \
        case 4: pass(job, first, count, 0, 2); break;                                                 \
        case 5: pass(job, first, count, 1, 2); break;                                                 \
        case 6: pass(job, first, count, 0, 3); break;                                                 \
        case 7: pass(job, first, count, 1, 3); break;                                                 \
        case 8: pass(job, first, count, 0, 4); break;                                                 \
        case 9: pass(job, first, count, 1, 4); break;                                                 \
        }                                                                                             \
    }

#define FORWARD(set) VARIANT(forward, set)
#define BACKWARD(set) VARIANT(backward, set)
FOR_EACH_SET(FORWARD)
FOR_EACH_SET(BACKWARD)

typedef void Pass(const Job *, Block, int64_t, int, int);

/* Runs one pass on up to `threads` threads; on one, OpenMP is never entered, as a forked child needs. */
void octavo_recurrence(const Job *job, int is_backward, int half, int G, int threads) {
    int64_t blocks = job->batch * ((job->width + BLOCK - 1) / BLOCK);
    Pass *pass = is_backward ? BEST(backward) : BEST(forward);
    if (threads > blocks) threads = (int)blocks;
    if (threads <= 1) {
        pass(job, first_block(job, 0), blocks, half, G);
        return;
    }
    #pragma omp parallel for num_threads(threads) schedule(static)
    for (int k = 0; k < threads; k++) {
        int64_t from = blocks * k / threads, to = blocks * (k + 1) / threads;
        pass(job, first_block(job, from), to - from, half, G);
    }
}
