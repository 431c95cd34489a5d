/* The runs of columns with ink in a strip, each with the box around its ink. */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

/* Whether one of `count` pixels is brighter than a level. */
static bool has_ink(const uint8_t *pixels, int32_t count, int32_t level) {
    for (int32_t i = 0; i < count; i++) {
        if (pixels[i] > level) {
            return true;
        }
    }
    return false;
}

/* The first and one past the last row of ink in the columns of a run. */
static void measure_run(const pe_gray *strip, int32_t level, pe_box *run) {
    int32_t columns = run->right - run->left;
    const uint8_t *pixels = strip->pixels + run->left;
    run->top = 0;
    while (!has_ink(pixels + (size_t)run->top * strip->stride, columns, level)) {
        run->top++;
    }
    run->bottom = strip->height;
    while (!has_ink(pixels + (size_t)(run->bottom - 1) * strip->stride, columns, level)) {
        run->bottom--;
    }
}

pe_status pe_ink_runs(const pe_gray *strip, int32_t level, pe_arena *arena, const pe_box **runs, int32_t *count) {
    if (!pe_is_valid_gray(strip) || level < 0 || level > 255 || !pe_is_valid_arena(arena) || !runs || !count) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    size_t width = (size_t)strip->width;
    uint8_t *brightest = pe_take(arena, width, 1); /* of each column */
    pe_box *found = pe_take(arena, width / 2 + 1, sizeof *found);
    if (!brightest || !found) {
        return PE_ARENA_FULL;
    }
    memcpy(brightest, strip->pixels, width);
    for (int32_t row = 1; row < strip->height; row++) {
        const uint8_t *restrict pixels = strip->pixels + (size_t)row * strip->stride;
        uint8_t *restrict most = brightest;
        for (size_t x = 0; x < width; x++) {
            most[x] = pixels[x] > most[x] ? pixels[x] : most[x];
        }
    }
    int32_t runs_found = 0;
    for (int32_t x = 0; x < strip->width; x++) {
        if (brightest[x] <= level) {
            continue;
        }
        pe_box *run = &found[runs_found++];
        run->left = x;
        while (x < strip->width && brightest[x] > level) {
            x++;
        }
        run->right = x;
        measure_run(strip, level, run);
    }
    *runs = found;
    *count = runs_found;
    return PE_OK;
}
