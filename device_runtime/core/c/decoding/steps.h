/* From one character to the next, through what stands between them: forwards, and backwards for completions.
 *
 * Scores are by node, [n + 1]: i is the node before frame i. In max-plus "*" is + and "+" is the maximum. */
#ifndef PE_STEPS_H
#define PE_STEPS_H

#include "../recognition/walk.h"

/* Stay in a class for one or more frames (its self-loop): left[i + 1] = (left[i] + entered[i]) * emission[i], the
 * forward pass of Rabiner 1989, equation 20. */
PE_INLINE void pe_stay(pe_semiring semiring, int32_t frames, const double *entered, const double *emission,
                       size_t stride, double *restrict left) {
    double score = pe_zero(semiring);
    left[0] = score;
    for (int32_t i = 0; i < frames; i++) {
        score = pe_times(semiring, pe_plus(semiring, score, entered[i]), emission[(size_t)i * stride]);
        left[i + 1] = score;
    }
}

/* Its transpose: entered[i] = (entered[i + 1] + left[i + 1]) * emission[i]. */
PE_INLINE void pe_stay_back(pe_semiring semiring, int32_t frames, const double *left, const double *emission,
                            double *restrict entered) {
    double score = pe_zero(semiring);
    entered[frames] = score;
    for (int32_t i = frames - 1; i >= 0; i--) {
        score = pe_times(semiring, pe_plus(semiring, score, left[i + 1]), emission[i]);
        entered[i] = score;
    }
}

/* Blanks or nothing, a mark of one frame, then blanks and marks or nothing. */
PE_INLINE void pe_cross_mark(pe_semiring semiring, const pe_walk *walk, const double *ended, double *restrict begins) {
    double blanks = pe_zero(semiring), marked = blanks, more = blanks;
    begins[0] = blanks;
    for (int32_t i = 0; i < walk->frames; i++) {
        more = pe_times(semiring, pe_plus(semiring, more, marked), walk->either[i]);
        marked = pe_times(semiring, pe_plus(semiring, ended[i], blanks), walk->rubbish[i]);
        blanks = pe_times(semiring, pe_plus(semiring, blanks, ended[i]), walk->blank[i]);
        begins[i + 1] = pe_plus(semiring, marked, more);
    }
}

/* Its transpose. */
PE_INLINE void pe_cross_mark_back(pe_semiring semiring, const pe_walk *walk, const double *begins,
                                  double *restrict ended) {
    double zero = pe_zero(semiring), more = zero, blanks = zero;
    double marked = pe_plus(semiring, begins[walk->frames], zero), unmarked = zero;
    ended[walk->frames] = zero;
    for (int32_t i = walk->frames - 1; i >= 0; i--) {
        blanks = pe_times(semiring, pe_plus(semiring, blanks, unmarked), walk->blank[i]);
        unmarked = pe_times(semiring, marked, walk->rubbish[i]);
        more = pe_times(semiring, pe_plus(semiring, more, begins[i + 1]), walk->either[i]);
        marked = pe_plus(semiring, begins[i], more);
        ended[i] = pe_plus(semiring, unmarked, blanks);
    }
}

/* Let something stand before the next character: from where one has ended to where the next may begin behind it. */
PE_INLINE void pe_cross(pe_semiring semiring, const pe_walk *walk, int32_t junction, const double *ended,
                        double *restrict begins) {
    if (junction == PE_MARKED) {
        pe_cross_mark(semiring, walk, ended, begins);
    } else {
        pe_stay(semiring, walk->frames, ended, junction == PE_PLAIN ? walk->inner_blank : walk->either, 1, begins);
    }
}

/* Its transpose. */
PE_INLINE void pe_cross_back(pe_semiring semiring, const pe_walk *walk, int32_t junction, const double *begins,
                             double *restrict ended) {
    if (junction == PE_MARKED) {
        pe_cross_mark_back(semiring, walk, begins, ended);
    } else {
        pe_stay_back(semiring, walk->frames, begins, junction == PE_PLAIN ? walk->inner_blank : walk->either, ended);
    }
}

/* Where the next character may begin: behind what `pe_cross` let stand there, or touching the one before, which an
 * equal character may not, nor one that only a mark may part from it. */
PE_INLINE void pe_begin_next(pe_semiring semiring, const pe_walk *walk, int32_t junction, int equal,
                             const double *ended, double *restrict begins) {
    pe_cross(semiring, walk, junction, ended, begins);
    if (junction == PE_MARKED || equal) {
        return;
    }
    for (int32_t i = 0; i <= walk->frames; i++) {
        begins[i] = pe_plus(semiring, begins[i], ended[i]);
    }
}

#endif
