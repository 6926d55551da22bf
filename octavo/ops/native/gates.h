/* A gated recurrence's activations, and its state one token on (Bradbury et al. 2017, eq. 3-5). */

#ifndef OCTAVO_GATES_H
#define OCTAVO_GATES_H

#include "vectors.h"

/* The candidate; what each gate lets through, and what is left of 1. */
typedef struct { float z, f, f_rest, o, o_rest, i, i_rest; } Activations;

/* f_rest and i can be exactly 0, so that a state can be copied to the bit, and 1 - f never cancels.
   The denominators share one division; two where there are four, whose product could overflow. */
INLINE Activations activate(float z, float f, float o, float i, Clamps clamp, int G) {
    float ez = power(z, -2 * LOG2E, clamp.doubled), ef = power(f, -LOG2E, clamp.falling);
    float az = 1.0f + ez, af = 1.0f + ef, azf = az * af, over_azf;
    Activations a = {0};
    if (G == 3) {
        float eo = power(o, -LOG2E, clamp.falling), ao = 1.0f + eo, shared = 1.0f / (azf * ao);
        over_azf = shared * ao, a.o = shared * azf, a.o_rest = eo * a.o;
    } else {
        over_azf = 1.0f / azf;
    }
    if (G == 4) {
        float eo = power(o, -LOG2E, clamp.falling), ao = 1.0f + eo;
        float ei = power(i, LOG2E, clamp.rising), ai = 1.0f + ei, shared = 1.0f / (ao * ai);
        a.o = shared * ai, a.o_rest = eo * a.o, a.i_rest = shared * ao, a.i = ei * a.i_rest;
    }
    a.z = 2.0f * (over_azf * af) - 1.0f;
    a.f = over_azf * az, a.f_rest = ef * a.f;
    return a;
}

INLINE float pooled(float c, Activations a, int G) {
    return c + (G > 3 ? a.i * a.z - a.f_rest * c : a.f_rest * (a.z - c));
}

#endif
