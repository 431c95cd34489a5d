/* A mask turned: each pixel of the canvas is the nearest one of the mask. */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define FRACTION_BITS 16
#define MOST_STEP ((int64_t)1 << (FRACTION_BITS + 1))
#define MOST_PLACE ((int64_t)1 << (FRACTION_BITS + 20))

static int64_t quotient_up(int64_t a, int64_t b) { /* b > 0 */
    return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

/* Cut the pixels [*begin, *end) of a row to those whose place at + i * step lies in 0..end_place - 1. */
static void cut(int64_t at, int64_t step, int64_t end_place, int64_t *begin, int64_t *end) {
    if (step == 0) {
        *end = at >= 0 && at < end_place ? *end : *begin;
        return;
    }
    /* First i that is inside, and the first that is beyond. */
    int64_t first = step > 0 ? quotient_up(-at, step) : quotient_up(at - end_place + 1, -step);
    int64_t past = step > 0 ? quotient_up(end_place - at, step) : quotient_up(at + 1, -step);
    *begin = first > *begin ? first : *begin;
    *end = past < *end ? past : *end;
}

static bool is_step(int64_t step) { return -MOST_STEP <= step && step <= MOST_STEP; }
static bool is_place(int64_t place) { return -MOST_PLACE <= place && place <= MOST_PLACE; }

pe_status pe_turn(const pe_gray *mask, const pe_turned *turned, pe_arena *arena, const uint8_t **pixels) {
    if (!pe_is_valid_gray(mask) || !turned || turned->height < 1 || turned->height > PE_MAX_SIDE_PX ||
        turned->width < 1 || turned->width > PE_MAX_SIDE_PX || !is_step(turned->cosine) || !is_step(turned->sine) ||
        !is_place(turned->x) || !is_place(turned->y) || !pe_is_valid_arena(arena) || !pixels) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    pe_plane canvas = pe_new_plane(arena, turned->height, turned->width);
    if (!canvas.pixels) {
        return PE_ARENA_FULL;
    }
    memset(canvas.pixels, 0, (size_t)canvas.rows * (size_t)canvas.columns);
    int64_t wide = (int64_t)mask->width << FRACTION_BITS, high = (int64_t)mask->height << FRACTION_BITS;
    for (int32_t row = 0; row < canvas.rows; row++) {
        int64_t x = turned->x - row * turned->sine, y = turned->y + row * turned->cosine;
        int64_t begin = 0, end = canvas.columns;
        cut(x, turned->cosine, wide, &begin, &end);
        cut(y, turned->sine, high, &begin, &end);
        uint8_t *out = canvas.pixels + (size_t)row * (size_t)canvas.columns;
        x += begin * turned->cosine;
        y += begin * turned->sine;
        for (int64_t i = begin; i < end; i++) {
            out[i] = mask->pixels[(size_t)(y >> FRACTION_BITS) * mask->stride + (size_t)(x >> FRACTION_BITS)];
            x += turned->cosine;
            y += turned->sine;
        }
    }
    *pixels = canvas.pixels;
    return PE_OK;
}
