/* A step of the layer-normalised LSTM, but for its product with the last outputs (Ba et al. 2016, eq. 20-22).

   p = W h_before is given, x holds the rest of the gates' sums, and normal(v) = (v - mean(v)) * scale(v):

       (f, i, o, g) = gain * normal(p) + x                      sigmoids of the first three, tanh of the last
       c = f * c_before + i * g
       h = o * tanh(cell_gain * normal(c) + cell_bias)

   Rows are texts, and each is by itself. The forward leaves normal(p) where p was, and keeps the activations. */

#include <math.h>

#include "vectors.h"

typedef struct {
    int64_t batch, width;                           /* a row of gates is 4 * width */
    const float *x;                                 /* [length][batch][4 * width] */
    float *normal;                                  /* the same: p, then normal(p) */
    float *scales;                                  /* [length][batch]: of p */
    float *gates;                                   /* [length][batch][4 * width] after activation */
    float *states, *squashed, *output;              /* [length][batch][width]: c, the tanh of it, h */
    const float *initial;                           /* [batch][width]: c before the first step */
    const float *gain, *cell_gain, *cell_bias;      /* [4 * width], [width], [width] */
    const float *grad_output;                       /* [length][batch][width]; backward only, as are all below */
    float *grad_x, *grad_p;                         /* [length][batch][4 * width] */
    float *carry_h, *carry_c;                       /* [batch][width]: from the step after in, to the one before out */
    float *grad_gain, *grad_cell_gain, *grad_cell_bias; /* [batch][…]: a row's own sums */
} Job;

static const float EPSILON = 1e-5f;

typedef struct { float mean, scale; } Moments;

INLINE Moments moments(const float *v, int64_t n) {
    float sum = 0, squares = 0;
    #pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < n; k++) sum += v[k];
    float mean = sum / n;
    #pragma omp simd reduction(+ : squares)
    for (int64_t k = 0; k < n; k++) squares += (v[k] - mean) * (v[k] - mean);
    return (Moments){mean, 1.0f / sqrtf(squares / n + EPSILON)};
}

INLINE float logistic(float x, Clamps clamp) { return 1.0f / (1.0f + power(x, -LOG2E, clamp.falling)); }
INLINE float tangent(float x, Clamps clamp) { return 2.0f / (1.0f + power(x, -2 * LOG2E, clamp.doubled)) - 1.0f; }

INLINE void forward(const Job *job, int64_t t, int64_t b) {
    const int64_t D = job->width, row = t * job->batch + b;
    const float *restrict x = job->x + row * 4 * D, *restrict gain = job->gain;
    const float *restrict before = t ? job->states + (row - job->batch) * D : job->initial + b * D;
    const float *restrict cell_gain = job->cell_gain, *restrict cell_bias = job->cell_bias;
    float *restrict p = job->normal + row * 4 * D, *restrict gates = job->gates + row * 4 * D;
    float *restrict c = job->states + row * D, *restrict squashed = job->squashed + row * D;
    float *restrict output = job->output + row * D;
    const Clamps clamp = clamps();
    Moments of_p = moments(p, 4 * D);
    job->scales[row] = of_p.scale;
    #pragma omp simd
    for (int64_t k = 0; k < 4 * D; k++) {
        p[k] = (p[k] - of_p.mean) * of_p.scale;
        gates[k] = gain[k] * p[k] + x[k];
    }
    #pragma omp simd
    for (int64_t k = 0; k < 3 * D; k++) gates[k] = logistic(gates[k], clamp);
    #pragma omp simd
    for (int64_t k = 3 * D; k < 4 * D; k++) gates[k] = tangent(gates[k], clamp);
    #pragma omp simd
    for (int64_t k = 0; k < D; k++) c[k] = gates[k] * before[k] + gates[k + D] * gates[k + 3 * D];
    Moments of_c = moments(c, D);
    #pragma omp simd
    for (int64_t k = 0; k < D; k++) {
        squashed[k] = tangent((c[k] - of_c.mean) * of_c.scale * cell_gain[k] + cell_bias[k], clamp);
        output[k] = gates[k + 2 * D] * squashed[k];
    }
}

/* With v = normal(u) and dv its gradient, du = scale * (dv - mean(dv) - v * mean(dv * v)). */
INLINE void backward(const Job *job, int64_t t, int64_t b) {
    const int64_t D = job->width, row = t * job->batch + b;
    const float *restrict gates = job->gates + row * 4 * D, *restrict normal = job->normal + row * 4 * D;
    const float *restrict c = job->states + row * D, *restrict squashed = job->squashed + row * D;
    const float *restrict before = t ? c - job->batch * D : job->initial + b * D;
    const float *restrict grad_output = job->grad_output + row * D, *restrict gain = job->gain;
    const float *restrict cell_gain = job->cell_gain;
    float *restrict carry_h = job->carry_h + b * D, *restrict carry_c = job->carry_c + b * D;
    float *restrict grad_x = job->grad_x + row * 4 * D, *restrict grad_p = job->grad_p + row * 4 * D;
    float *restrict grad_gain = job->grad_gain + b * 4 * D;
    float *restrict grad_cell_gain = job->grad_cell_gain + b * D, *restrict grad_cell_bias = job->grad_cell_bias + b * D;
    Moments of_c = moments(c, D);
    float sum = 0, along = 0;
    #pragma omp simd reduction(+ : sum, along)
    for (int64_t k = 0; k < D; k++) {
        float dh = grad_output[k] + carry_h[k], o = gates[k + 2 * D], v = (c[k] - of_c.mean) * of_c.scale;
        float inner = dh * o * (1.0f - squashed[k] * squashed[k]), dv = inner * cell_gain[k];
        grad_cell_gain[k] += inner * v, grad_cell_bias[k] += inner;
        grad_x[k + 2 * D] = dh * squashed[k] * o * (1.0f - o);
        grad_x[k] = dv; /* kept here until the loop below */
        sum += dv, along += dv * v;
    }
    sum /= D, along /= D;
    #pragma omp simd
    for (int64_t k = 0; k < D; k++) {
        float f = gates[k], i = gates[k + D], g = gates[k + 3 * D], v = (c[k] - of_c.mean) * of_c.scale;
        float dc = carry_c[k] + of_c.scale * (grad_x[k] - sum - v * along);
        grad_x[k] = dc * before[k] * f * (1.0f - f);
        grad_x[k + D] = dc * g * i * (1.0f - i);
        grad_x[k + 3 * D] = dc * i * (1.0f - g * g);
        carry_c[k] = dc * f;
    }
    sum = along = 0;
    #pragma omp simd reduction(+ : sum, along)
    for (int64_t k = 0; k < 4 * D; k++) {
        float dv = grad_x[k] * gain[k];
        grad_gain[k] += grad_x[k] * normal[k];
        sum += dv, along += dv * normal[k];
    }
    sum /= 4 * D, along /= 4 * D;
    #pragma omp simd
    for (int64_t k = 0; k < 4 * D; k++)
        grad_p[k] = job->scales[row] * (grad_x[k] * gain[k] - sum - normal[k] * along);
}

/* One copy of the loops for each instruction set. */
#define VARIANT(set)                                                                                        \
    static void FOR_##set rows_##set(const Job *job, int64_t t, int64_t from, int64_t to, int is_backward) { \
        for (int64_t b = from; b < to; b++) is_backward ? backward(job, t, b) : forward(job, t, b);         \
    }
FOR_EACH_SET(VARIANT)

/* Step t of all rows on up to `threads` threads; on one, OpenMP is never entered, as a forked child needs. */
void octavo_normalised_lstm(const Job *job, int64_t t, int is_backward, int threads) {
    void (*rows)(const Job *, int64_t, int64_t, int64_t, int) = BEST(rows);
    if (threads > job->batch) threads = (int)job->batch;
    if (threads <= 1) {
        rows(job, t, 0, job->batch, is_backward);
        return;
    }
    #pragma omp parallel for num_threads(threads) schedule(static)
    for (int k = 0; k < threads; k++)
        rows(job, t, job->batch * k / threads, job->batch * (k + 1) / threads, is_backward);
}
