/* One token through a stack of gated recurrent layers and the output layer, every weight read once.

   Each layer's pre-activations are products of its rows, [gates][width][taps * inputs], with its last inputs and the
   new one, side by side; the channel's gates are then pooled at once (Bradbury et al. 2017, eq. 3-5):

       c = sigmoid(f) * c_before + (1 - sigmoid(f), or with four gates sigmoid(i)) * tanh(z);  h = sigmoid(o) * c

   The output layer is one without pooling. Rows are float, bfloat16 or int8 with a scale each; inputs and sums are
   float whatever they are. */

#include <math.h>

#include "vectors.h"

enum { SINGLE, HALF, BYTES };

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
} Step;

INLINE float logistic(float x) { return 1.0f / (1.0f + expf(-x)); }

/* G rows that lie `stride` apart, each times the same inputs: the sums run side by side, so none waits for itself. */
#define ROWS(name, weight_t, value)                                                                      \
    INLINE void name(const weight_t *w, int64_t stride, const float *x, int64_t n, int G, float *sums) { \
        float a = 0, b = 0, c = 0, d = 0;                                                                \
        _Pragma("omp simd reduction(+ : a, b, c, d)") for (int64_t k = 0; k < n; k++) {                  \
            a += value(w[k]) * x[k];                                                                     \
            if (G > 1) b += value(w[k + stride]) * x[k];                                                 \
            if (G > 2) c += value(w[k + 2 * stride]) * x[k];                                             \
            if (G > 3) d += value(w[k + 3 * stride]) * x[k];                                             \
        }                                                                                                \
        sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;                                              \
    }
ROWS(single_rows, float, (float))
ROWS(half_rows, uint16_t, widened)
ROWS(byte_rows, int8_t, (float))

/* G rows from `row` on: their sums, scaled back, with bias and condition. */
INLINE void products(const Layer *layer, int64_t row, int64_t rows_apart, const float *seen, int form, int G,
                     float *sums) {
    const int64_t n = layer->taps * layer->inputs, first = row * n, stride = rows_apart * n;
    if (form == SINGLE) single_rows((const float *)layer->weights + first, stride, seen, n, G, sums);
    if (form == HALF) half_rows((const uint16_t *)layer->weights + first, stride, seen, n, G, sums);
    if (form == BYTES) byte_rows((const int8_t *)layer->weights + first, stride, seen, n, G, sums);
    for (int g = 0; g < G; g++) {
        int64_t k = row + g * rows_apart;
        if (form == BYTES) sums[g] *= layer->scales[k];
        if (layer->bias) sums[g] += layer->bias[k];
        if (layer->condition) sums[g] += layer->condition[k];
    }
}

/* The channels from h to `end`, all gates of one together. */
INLINE void pooled_channels(const Layer *layer, int64_t h, int64_t end, const float *seen, int form, int G) {
    for (; h < end; h++) {
        float gates[4];
        products(layer, h, layer->width, seen, form, G, gates);
        float rest = G > 3 ? logistic(gates[3]) : logistic(-gates[1]);
        float c = logistic(gates[1]) * layer->pool[h] + rest * tanhf(gates[0]);
        layer->pooled[h] = c;
        layer->output[h] = G > 2 ? logistic(gates[2]) * c : c;
    }
}

INLINE void plain_rows(const Layer *layer, int64_t h, int64_t end, const float *seen, int form) {
    for (; h + 4 <= end; h += 4) products(layer, h, 1, seen, form, 4, layer->output + h);
    for (; h < end; h++) {
        float sums[4];
        products(layer, h, 1, seen, form, 1, sums);
        layer->output[h] = sums[0];
    }
}

INLINE void channels(const Layer *layer, int64_t h, int64_t end, const float *seen, int form) {
    switch (layer->gates) {
    case 1: plain_rows(layer, h, end, seen, form); break;
    case 2: pooled_channels(layer, h, end, seen, form, 2); break;
    case 3: pooled_channels(layer, h, end, seen, form, 3); break;
    case 4: pooled_channels(layer, h, end, seen, form, 4); break;
    }
}

/* One copy of the loops for each form of the weights, and of those for each instruction set. */
#define VARIANT(set)                                                                                                \
    static void FOR_##set channels_##set(const Layer *layer, int64_t h, int64_t end, const float *seen, int form) { \
        switch (form) {                                                                                             \
        case SINGLE: channels(layer, h, end, seen, SINGLE); break;                                                  \
        case HALF: channels(layer, h, end, seen, HALF); break;                                                      \
        case BYTES: channels(layer, h, end, seen, BYTES); break;                                                    \
        }                                                                                                           \
    }

FOR_EACH_SET(VARIANT)

/* The last inputs and the new one side by side, and the state's inputs moved on by one. */
static void gather(const Layer *layer, const float *x, float *seen) {
    const int64_t past = (layer->taps - 1) * layer->inputs;
    if (past) memcpy(seen, layer->before, past * 4);
    memcpy(seen + past, x, layer->inputs * 4);
    if (past) memcpy(layer->after, seen + layer->inputs, past * 4);
}

/* On one thread OpenMP is never entered, as a forked child needs. */
void octavo_stream(const Step *step, int form, int threads) {
    void (*run)(const Layer *, int64_t, int64_t, const float *, int) = BEST(channels);
    const Layer *layer = step->layers, *end = layer + step->count;
    const float *x = step->x;
    if (threads <= 1) {
        for (; layer < end; x = layer++->output) {
            gather(layer, x, step->seen);
            run(layer, 0, layer->width, step->seen, form);
        }
        return;
    }
    #pragma omp parallel num_threads(threads) firstprivate(layer, x)
    for (; layer < end; x = layer++->output) {
        #pragma omp single
        gather(layer, x, step->seen);
        #pragma omp for schedule(static)
        for (int part = 0; part < threads; part++)
            run(layer, layer->width * part / threads, layer->width * (part + 1) / threads, step->seen, form);
    }
}
