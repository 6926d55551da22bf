/* One token through a stack of gated recurrent layers and the output layer, every weight read once.

   Each layer's pre-activations are products of its rows, [gates][width][taps * inputs], with its last inputs and the
   new one, side by side; the channel's gates are then pooled at once (Bradbury et al. 2017, eq. 3-5):

       c = sigmoid(f) * c_before + (1 - sigmoid(f), or with four gates sigmoid(i)) * tanh(z);  h = sigmoid(o) * c

   The output layer is one without pooling. Rows are float, bfloat16 or int8 with a scale each. For int8 rows the
   inputs too are whole numbers, of 14 bits with one unit for all: products of those need no widening to float, which
   would take longer than reading the rows does. */

#include <math.h>

#include "gates.h"

enum { SINGLE, HALF, BYTES };

enum { POOLED = 64 /* channels */ };

/* BLOCK products of a byte and an input of at most LARGEST_WHOLE still fit 32 bits. */
enum { BLOCK = 2048, LARGEST_WHOLE = 8191 };

typedef struct {
    int64_t inputs, width, taps, gates; /* gates = 1: the output layer */
    const void *weights;                /* [gates][width][taps * inputs] */
    const float *scales;                /* [gates][width], of int8 rows */
    const float *bias, *condition;      /* [gates][width] each, or null */
    const float *before;                /* [taps - 1][inputs]: the inputs before this one */
    float *after;                       /* the same, one token later */
    const float *pool;                  /* [width]: c before */
    float *pooled, *output;             /* [width]: c, and h or logits */
} Layer;

typedef struct {
    const Layer *layers;
    int64_t count;
    const float *x;     /* the first layer's new input */
    float *seen;        /* room for the longest taps * inputs */
    int16_t *whole;     /* the same, where rows are int8 */
} Step;

/* A layer's inputs, [taps * inputs], and as whole numbers of `unit` each where rows are int8. */
typedef struct {
    const float *seen;
    const int16_t *whole;
    float unit;
} Inputs;

/* G rows that lie `stride` apart, each times the same inputs: the sums run side by side, so none waits for itself.
   Sums of floats are regrouped where OpenMP is told to; integers need no such leave, and with it GCC does not see that
   one instruction multiplies pairs and adds them. */
#define REGROUPED _Pragma("omp simd reduction(+ : a, b, c, d)")
#define EXACT
#define ROWS(name, weight_t, input_t, sum_t, value, SUMS)                                                  \
    INLINE void name(const weight_t *w, int64_t stride, const input_t *x, int64_t n, int G, sum_t *sums) { \
        sum_t a = 0, b = 0, c = 0, d = 0;                                                                  \
        SUMS for (int64_t k = 0; k < n; k++) {                                                             \
            a += value(w[k]) * x[k];                                                                       \
            if (G > 1) b += value(w[k + stride]) * x[k];                                                   \
            if (G > 2) c += value(w[k + 2 * stride]) * x[k];                                               \
            if (G > 3) d += value(w[k + 3 * stride]) * x[k];                                               \
        }                                                                                                  \
        sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;                                                \
    }
ROWS(single_rows, float, float, float, (float), REGROUPED)
ROWS(half_rows, uint16_t, float, float, widened, REGROUPED)
ROWS(byte_block, int8_t, int16_t, int32_t, (int16_t), EXACT)

INLINE void byte_rows(const int8_t *w, int64_t stride, Inputs x, int64_t n, int G, float *sums) {
    int32_t block[4];
    for (int g = 0; g < G; g++) sums[g] = 0;
    for (int64_t k = 0; k < n; k += BLOCK) {
        byte_block(w + k, stride, x.whole + k, MIN(BLOCK, n - k), G, block);
        for (int g = 0; g < G; g++) sums[g] += block[g] * x.unit;
    }
}

/* G rows from `row` on: their sums, scaled back, with bias and condition. */
INLINE void products(const Layer *layer, int64_t row, int64_t rows_apart, Inputs x, int form, int G, float *sums) {
    const int64_t n = layer->taps * layer->inputs, first = row * n, stride = rows_apart * n;
    if (form == SINGLE) single_rows((const float *)layer->weights + first, stride, x.seen, n, G, sums);
    if (form == HALF) half_rows((const uint16_t *)layer->weights + first, stride, x.seen, n, G, sums);
    if (form == BYTES) byte_rows((const int8_t *)layer->weights + first, stride, x, n, G, sums);
    for (int g = 0; g < G; g++) {
        int64_t k = row + g * rows_apart;
        if (form == BYTES) sums[g] *= layer->scales[k];
        if (layer->bias) sums[g] += layer->bias[k];
        if (layer->condition) sums[g] += layer->condition[k];
    }
}

/* The channels from h to `end`, all gates of one together, and the states of some side by side. */
INLINE void pooled_channels(const Layer *layer, int64_t h, int64_t end, Inputs x, int form, int G) {
    float gates[4][POOLED] = {0};
    const Clamps clamp = clamps();
    for (; h < end; h += POOLED) {
        const int64_t n = MIN(POOLED, end - h);
        for (int64_t k = 0; k < n; k++) {
            float sums[4];
            products(layer, h + k, layer->width, x, form, G, sums);
            for (int g = 0; g < G; g++) gates[g][k] = sums[g];
        }
        #pragma omp simd
        for (int64_t k = 0; k < n; k++) {
            Activations a = activate(gates[0][k], gates[1][k], gates[2][k], gates[3][k], clamp, G);
            float c = pooled(layer->pool[h + k], a, G);
            layer->pooled[h + k] = c;
            layer->output[h + k] = G > 2 ? a.o * c : c;
        }
    }
}

INLINE void plain_rows(const Layer *layer, int64_t h, int64_t end, Inputs x, int form) {
    for (; h + 4 <= end; h += 4) products(layer, h, 1, x, form, 4, layer->output + h);
    for (; h < end; h++) {
        float sums[4];
        products(layer, h, 1, x, form, 1, sums);
        layer->output[h] = sums[0];
    }
}

INLINE void channels(const Layer *layer, int64_t h, int64_t end, Inputs x, int form) {
    switch (layer->gates) {
    case 1: plain_rows(layer, h, end, x, form); break;
    case 2: pooled_channels(layer, h, end, x, form, 2); break;
    case 3: pooled_channels(layer, h, end, x, form, 3); break;
    case 4: pooled_channels(layer, h, end, x, form, 4); break;
    }
}

/* One copy of the loops for each form of the weights, and of those for each instruction set. */
#define VARIANT(set)                                                                                       \
    static void FOR_##set channels_##set(const Layer *layer, int64_t h, int64_t end, Inputs x, int form) { \
        switch (form) {                                                                                    \
        case SINGLE: channels(layer, h, end, x, SINGLE); break;                                            \
        case HALF: channels(layer, h, end, x, HALF); break;                                                \
        case BYTES: channels(layer, h, end, x, BYTES); break;                                              \
        }                                                                                                  \
    }

FOR_EACH_SET(VARIANT)

/* The largest becomes LARGEST_WHOLE; with one that is infinite or no number the unit is no number, and so are the sums. */
static float to_whole(const float *x, int64_t n, int16_t *whole) {
    float largest = 0, nothing = 0;
    for (int64_t k = 0; k < n; k++) largest = fmaxf(largest, fabsf(x[k])), nothing += 0 * x[k];
    const float units = largest > 0 ? LARGEST_WHOLE / largest : 0;
    for (int64_t k = 0; k < n; k++) whole[k] = (int16_t)lrintf(units * x[k]);
    return largest / LARGEST_WHOLE + nothing;
}

/* The last inputs and the new one side by side, and the state's inputs moved on by one. */
static float gather(const Step *step, const Layer *layer, const float *x, int form) {
    const int64_t past = (layer->taps - 1) * layer->inputs;
    if (past) memcpy(step->seen, layer->before, past * 4);
    memcpy(step->seen + past, x, layer->inputs * 4);
    if (past) memcpy(layer->after, step->seen + layer->inputs, past * 4);
    return form == BYTES ? to_whole(step->seen, past + layer->inputs, step->whole) : 1;
}

/* On one thread OpenMP is never entered, as a forked child needs. */
void octavo_stream(const Step *step, int form, int threads) {
    void (*run)(const Layer *, int64_t, int64_t, Inputs, int) = BEST(channels);
    const Layer *layer = step->layers, *end = layer + step->count;
    const float *x = step->x;
    Inputs inputs = {step->seen, step->whole, 1};
    if (threads <= 1) {
        for (; layer < end; x = layer++->output) {
            inputs.unit = gather(step, layer, x, form);
            run(layer, 0, layer->width, inputs, form);
        }
        return;
    }
    #pragma omp parallel num_threads(threads) firstprivate(layer, x)
    for (; layer < end; x = layer++->output) {
        #pragma omp single
        inputs.unit = gather(step, layer, x, form);
        #pragma omp for schedule(static)
        for (int part = 0; part < threads; part++)
            run(layer, layer->width * part / threads, layer->width * (part + 1) / threads, inputs, form);
    }
}
