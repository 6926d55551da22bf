/* Cross entropy over rows of logits, and its gradient written over them.

       nats = log sum_v e^x_v - x_target;    d(share * nats) / dx_v = share * (e^x_v / sum_v e^x_v - [v = target])

   Logits, and so the gradient, are float or bfloat16, all else is float. A row is gone over three times while a cache
   holds it: for its largest logit, for the sum, and to be written over; e^x is made anew rather than rounded twice. */

#include <math.h>

#include "vectors.h"

typedef struct {
    int64_t rows, words;
    void *logits;           /* [rows][words] */
    const int64_t *targets; /* [rows] */
    const float *shares;    /* [rows], or null: the logits stay as they are */
    float *nats;            /* [rows] */
} Rows;

INLINE void row(const Rows *all, int64_t n, int half) {
    const int64_t words = all->words, target = all->targets[n];
    void *x = (void *)at(all->logits, n * words, half);
    const Limits within = limits();
    float largest = -INFINITY, sum = 0;
    #pragma omp simd reduction(max : largest)
    for (int64_t v = 0; v < words; v++) largest = load(x, v, half) > largest ? load(x, v, half) : largest;
    #pragma omp simd reduction(+ : sum)
    for (int64_t v = 0; v < words; v++) sum += power(load(x, v, half) - largest, LOG2E, within);
    const float normaliser = largest + logf(sum), of_target = load(x, target, half);
    all->nats[n] = normaliser - of_target;
    if (!all->shares) return;
    const float share = all->shares[n], scale = share / sum;
    #pragma omp simd
    for (int64_t v = 0; v < words; v++) store(x, v, scale * power(load(x, v, half) - largest, LOG2E, within), half);
    store(x, target, scale * power(of_target - largest, LOG2E, within) - share, half);
}

#define VARIANT(set)                                                                           \
    static void FOR_##set some_rows_##set(const Rows *all, int64_t n, int64_t end, int half) { \
        if (half) for (; n < end; n++) row(all, n, 1);                                         \
        else for (; n < end; n++) row(all, n, 0);                                              \
    }
FOR_EACH_SET(VARIANT)

/* On one thread OpenMP is never entered, as a forked child needs. */
void octavo_cross_entropy(const Rows *all, int half, int threads) {
    void (*some_rows)(const Rows *, int64_t, int64_t, int) = BEST(some_rows);
    if (threads <= 1) {
        some_rows(all, 0, all->rows, half);
        return;
    }
    #pragma omp parallel for num_threads(threads) schedule(static)
    for (int k = 0; k < threads; k++) some_rows(all, all->rows * k / threads, all->rows * (k + 1) / threads, half);
}
