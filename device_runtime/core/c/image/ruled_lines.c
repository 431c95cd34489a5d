/* Ruled lines: horizontal runs of ink longer than any stroke.
 *
 * An opening of the mask by a window of LINE_PX x 1 px finds them, from LINE_PX / 2 px before a pixel to one less
 * behind it. Of a run of ink it makes another run, so that its ends are all that is computed.
 */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define LINE_PX 56 /* a horizontal run longer than this is a ruled line, not a stroke */
#define BEFORE (LINE_PX / 2)
#define BEHIND (LINE_PX - BEFORE - 1)

typedef struct {
    int32_t begin, end; /* end: one past the last column */
} run;

/* The next run of ink from column `from` on; false when there is none. */
static bool next_run(const uint8_t *row, int32_t columns, int32_t from, run *found) {
    const uint8_t *begin = memchr(row + from, 1, (size_t)(columns - from));
    if (!begin) {
        return false;
    }
    found->begin = (int32_t)(begin - row);
    const uint8_t *end = memchr(begin, 0, (size_t)(columns - found->begin));
    found->end = end ? (int32_t)(end - row) : columns;
    return true;
}

/* What the opening leaves of a run of ink; false when that is nothing. The field's edge cuts its windows. */
static bool open_run(run ink, int32_t columns, run *line) {
    int32_t first = ink.begin ? ink.begin + BEFORE : 0;
    int32_t last = ink.end < columns ? ink.end - 1 - BEHIND : columns - 1;
    if (first > last) {
        return false;
    }
    line->begin = pe_most(first - BEHIND, 0);
    line->end = pe_least(last + BEFORE + 1, columns);
    return true;
}

/* Set the pixels of a line, one row above to one row below and `beside` columns to each side. */
static void paint(pe_plane *plane, int32_t y, run line, int32_t beside, uint8_t value) {
    int32_t begin = pe_most(line.begin - beside, 0), end = pe_least(line.end + beside, plane->columns);
    for (int32_t row = pe_most(y - 1, 0); row <= pe_least(y + 1, plane->rows - 1); row++) {
        memset(plane->pixels + (size_t)row * (size_t)plane->columns + begin, value, (size_t)(end - begin));
    }
}

static bool has_lines(const pe_plane *mask) {
    for (int32_t y = 0; y < mask->rows; y++) {
        const uint8_t *row = mask->pixels + (size_t)y * (size_t)mask->columns;
        run ink = {0, 0}, line;
        while (next_run(row, mask->columns, ink.end, &ink)) {
            if (open_run(ink, mask->columns, &line)) {
                return true;
            }
        }
    }
    return false;
}

/* Clear the lines in `rest` and set them, a little wider, in `around`. */
static void erase_lines(const pe_plane *mask, pe_plane *rest, pe_plane *around) {
    for (int32_t y = 0; y < mask->rows; y++) {
        const uint8_t *row = mask->pixels + (size_t)y * (size_t)mask->columns;
        run ink = {0, 0}, line;
        while (next_run(row, mask->columns, ink.end, &ink)) {
            if (open_run(ink, mask->columns, &line)) {
                paint(rest, y, line, 0, 0);
                paint(around, y, line, 2, 1);
            }
        }
    }
}

/* The largest, or smallest, value of each pixel and the two above and the two below it, as far as there are any. */
static void five_rows(const pe_plane *from, pe_plane *to, bool largest) {
    size_t columns = (size_t)from->columns;
    for (int32_t y = 0; y < from->rows; y++) {
        uint8_t *restrict values = to->pixels + (size_t)y * columns;
        memset(values, largest ? 0 : 1, columns);
        for (int32_t row = pe_most(y - 2, 0); row <= pe_least(y + 2, from->rows - 1); row++) {
            const uint8_t *restrict other = from->pixels + (size_t)row * columns;
            for (size_t x = 0; x < columns; x++) {
                values[x] = largest ? values[x] | other[x] : values[x] & other[x];
            }
        }
    }
}

/* The ink fades where a line is and no stroke. */
static void fade(pe_plane *ink, const pe_plane *around, const pe_plane *rest) {
    size_t count = (size_t)ink->rows * (size_t)ink->columns;
    uint8_t *restrict pixels = ink->pixels;
    const uint8_t *restrict line = around->pixels, *restrict stroke = rest->pixels;
    for (size_t i = 0; i < count; i++) {
        uint8_t faded = (uint8_t)(pixels[i] / 7);
        pixels[i] = line[i] > stroke[i] ? faded : pixels[i];
    }
}

bool pe_remove_lines(pe_plane *ink, pe_plane *mask, pe_arena *arena) {
    if (!has_lines(mask)) {
        return true;
    }
    size_t mark = arena->used, count = (size_t)mask->rows * (size_t)mask->columns;
    pe_plane rest = pe_new_plane(arena, mask->rows, mask->columns);
    pe_plane around = pe_new_plane(arena, mask->rows, mask->columns);
    pe_plane grown = pe_new_plane(arena, mask->rows, mask->columns);
    if (!rest.pixels || !around.pixels || !grown.pixels) {
        return false;
    }
    memcpy(rest.pixels, mask->pixels, count);
    memset(around.pixels, 0, count);
    erase_lines(mask, &rest, &around);
    /* Strokes that the lines crossed are closed again. */
    five_rows(&rest, &grown, true);
    five_rows(&grown, mask, false);
    fade(ink, &around, mask);
    arena->used = mark;
    return true;
}
