#include "walk.h"

#include <string.h>

#include "../common/exact.h"

/* Below this a mass is nothing: far under any that could matter, far above the smallest float. */
#define NOTHING 1e-280

static double log_of(double mass, double shift) {
    return mass > NOTHING ? pe_fixed(pe_log(mass) + shift) : -INFINITY;
}

/* Masses beside a code as log-probabilities: each frame's unit comes in by its shift. */
static void logarithms(const pe_frames *frames, const pe_beside *beside, double *before, double *after) {
    double shift = 0;
    before[0] = log_of(beside->before[0], shift);
    for (int32_t f = 0; f < frames->count; f++) {
        shift += frames->shift[f];
        before[f + 1] = log_of(beside->before[f + 1], shift);
    }
    shift = 0;
    after[frames->count] = log_of(beside->after[frames->count], shift);
    for (int32_t f = frames->count - 1; f >= 0; f--) {
        shift += frames->shift[f];
        after[f] = log_of(beside->after[f], shift);
    }
}

pe_status pe_walk_best(pe_arena *arena, pe_frames *frames, const pe_beside *beside, double mark_cost, pe_walk *walk) {
    size_t count = (size_t)frames->count;
    double *before = pe_take(arena, count + 1, sizeof *before), *after = pe_take(arena, count + 1, sizeof *after);
    double *inner = pe_take(arena, count, sizeof *inner);
    if (!before || !after || !inner) {
        return PE_ARENA_FULL;
    }
    logarithms(frames, beside, before, after);
    double cost = pe_fixed(mark_cost);
    memcpy(inner, frames->blank_score, count * sizeof *inner);
    for (size_t f = 0; f < count && frames->any_mark; f++) {
        if (!(frames->seen[f] & PE_MARK)) {
            continue;
        }
        inner[f] -= cost;
        for (size_t k = 0; k < frames->stride; k++) {
            frames->scores[f * frames->stride + k] -= cost;
        }
    }
    *walk = (pe_walk){frames->count,         frames->stride,       frames->scores, inner, frames->blank_score,
                      frames->rubbish_score, frames->either_score, before,         after};
    return PE_OK;
}

/* Copies of the characters' and blank's weights, less by a factor where a mark is seen. */
static pe_status lessen(pe_arena *arena, const pe_frames *frames, double factor, pe_walk *walk) {
    size_t count = (size_t)frames->count, cells = count * frames->stride;
    double *characters = pe_take(arena, cells, sizeof *characters);
    double *inner = pe_take(arena, count, sizeof *inner);
    if (!characters || !inner) {
        return PE_ARENA_FULL;
    }
    memcpy(characters, frames->weights, cells * sizeof *characters);
    memcpy(inner, frames->blank, count * sizeof *inner);
    for (size_t f = 0; f < count; f++) {
        if (!(frames->seen[f] & PE_MARK)) {
            continue;
        }
        inner[f] *= factor;
        for (size_t k = 0; k < frames->stride; k++) {
            characters[f * frames->stride + k] *= factor;
        }
    }
    walk->characters = characters;
    walk->inner_blank = inner;
    return PE_OK;
}

pe_status pe_walk_all(pe_arena *arena, const pe_frames *frames, const pe_beside *beside, double mark_cost,
                      pe_walk *walk) {
    *walk = (pe_walk){frames->count,   frames->stride, frames->weights, frames->blank, frames->blank,
                      frames->rubbish, frames->either, beside->before,  beside->after};
    if (!frames->any_mark || mark_cost == 0) {
        return PE_OK;
    }
    return lessen(arena, frames, pe_exp(-mark_cost), walk);
}
