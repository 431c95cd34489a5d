#include "frames.h"

#include <math.h>
#include <string.h>

#include "../common/exact.h"
#include "line.h"

/* A column is of one class beyond doubt when all others together have less than this share of its mass. */
#define DOUBT 1e-4
#define NOBODY (-1)

/* The class that a column is sure of: blank, rubbish or NOBODY. */
static int32_t sure_class(const pe_columns *columns, int32_t t) {
    const double *weights = columns->weights + (size_t)t * (size_t)columns->classes;
    double sure = (1 - DOUBT) * columns->totals[t];
    for (int32_t k = columns->characters; k < columns->classes; k++) {
        if (weights[k] > sure) {
            return k;
        }
    }
    return NOBODY;
}

/* The first column of each frame and, behind the last, the number of columns. Returns the number of frames. */
static int32_t find_runs(const pe_columns *columns, const uint8_t *seen, int32_t *first) {
    const unsigned same = PE_SPACE | PE_TALL;
    int32_t count = 0, before = NOBODY;
    for (int32_t t = 0; t < columns->count; t++) {
        int32_t sure = sure_class(columns, t);
        if (sure == NOBODY || sure != before || ((seen[t] ^ seen[t - 1]) & same)) {
            first[count++] = t;
        }
        before = sure;
    }
    first[count] = columns->count;
    return count;
}

static pe_status take_frames(pe_arena *arena, pe_frames *frames, uint8_t **seen) {
    size_t count = (size_t)frames->count, cells = count * frames->stride; /* at most 2^24 */
    double **characters[] = {&frames->weights, &frames->scores};
    double **others[] = {&frames->digit,       &frames->blank,         &frames->rubbish,      &frames->either,
                         &frames->blank_score, &frames->rubbish_score, &frames->either_score, &frames->shift};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        *characters[i] = pe_take(arena, cells, sizeof(double));
        if (!*characters[i]) {
            return PE_ARENA_FULL;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        *others[i] = pe_take(arena, count, sizeof(double));
        if (!*others[i]) {
            return PE_ARENA_FULL;
        }
    }
    *seen = pe_take(arena, count, 1);
    return *seen ? PE_OK : PE_ARENA_FULL;
}

/* Of one class, the product of the weights of columns begin .. end - 1, and the sum of their log-probabilities, each
 * taken to fixed point. */
PE_INLINE void gather(const pe_columns *columns, int32_t begin, int32_t end, int32_t k, double *weight, double *score) {
    size_t classes = (size_t)columns->classes, at = (size_t)begin * classes + (size_t)k;
    double product = columns->weights[at], sum = pe_fixed(-(double)columns->penalties[at]);
    for (int32_t t = begin + 1; t < end; t++) {
        at += classes;
        product *= columns->weights[at];
        sum += pe_fixed(-(double)columns->penalties[at]);
    }
    *weight = product;
    *score = sum;
}

static void fill_frame(const pe_columns *columns, pe_frames *frames, int32_t f) {
    int32_t begin = frames->first[f], end = frames->first[f + 1], characters = columns->characters;
    double *weights = frames->weights + (size_t)f * frames->stride;
    double *scores = frames->scores + (size_t)f * frames->stride;
    double digit = 0;
    for (int32_t k = 0; k < characters; k++) {
        gather(columns, begin, end, k, &weights[k], &scores[k]);
        digit += weights[k];
    }
    for (size_t k = (size_t)characters; k < frames->stride; k++) {
        weights[k] = 0;
        scores[k] = -INFINITY;
    }
    frames->digit[f] = digit;
    double *blank_score = &frames->blank_score[f], *rubbish_score = &frames->rubbish_score[f];
    gather(columns, begin, end, characters, &frames->blank[f], blank_score);
    gather(columns, begin, end, characters + 1, &frames->rubbish[f], rubbish_score);
    frames->either_score[f] = *blank_score > *rubbish_score ? *blank_score : *rubbish_score;
}

/* All weights of a frame by a power of two, which rounds nothing. */
static void scale_frame(pe_frames *frames, int32_t f, double factor) {
    double *weights = frames->weights + (size_t)f * frames->stride;
    for (size_t k = 0; k < frames->stride; k++) {
        weights[k] *= factor;
    }
    frames->digit[f] *= factor;
    frames->blank[f] *= factor;
    frames->rubbish[f] *= factor;
}

/* What a probability has over a weight: each column's weights are divided by their total, and the frame's weights were
 * scaled by 2^-exponent. */
static double shift_of(const pe_columns *columns, const pe_frames *frames, int32_t f, int exponent) {
    double totals = 0;
    for (int32_t t = frames->first[f]; t < frames->first[f + 1]; t++) {
        totals += columns->log_totals[t];
    }
    return exponent * 0.6931471805599453 - totals;
}

static uint8_t seen_in(const uint8_t *seen, int32_t begin, int32_t end) {
    unsigned flags = 0;
    for (int32_t t = begin; t < end; t++) {
        flags |= seen[t];
    }
    return (uint8_t)flags;
}

pe_status pe_condense(pe_arena *arena, const pe_columns *columns, const uint8_t *seen, double foreign_number,
                      pe_frames *frames) {
    memset(frames, 0, sizeof *frames);
    int32_t *first = pe_take(arena, (size_t)columns->count + 1, sizeof *first);
    if (!first) {
        return PE_ARENA_FULL;
    }
    frames->first = first;
    frames->count = find_runs(columns, seen, first);
    frames->stride = ((size_t)columns->characters + PE_LANES - 1) / PE_LANES * PE_LANES;
    uint8_t *flags;
    pe_status status = take_frames(arena, frames, &flags);
    if (status != PE_OK) {
        return status;
    }
    frames->seen = flags;
    pe_line_mass line = pe_begin_line(pe_exp(-foreign_number));
    for (int32_t f = 0; f < frames->count; f++) {
        flags[f] = seen_in(seen, first[f], first[f + 1]);
        frames->any_mark |= flags[f] & PE_MARK;
        fill_frame(columns, frames, f);
        int exponent = pe_pass_line(&line, frames->digit[f], frames->blank[f], frames->rubbish[f]);
        scale_frame(frames, f, ldexp(1, -exponent));
        frames->either[f] = frames->blank[f] + frames->rubbish[f];
        frames->shift[f] = shift_of(columns, frames, f, exponent);
    }
    frames->free = pe_line_total(&line);
    return PE_OK;
}
