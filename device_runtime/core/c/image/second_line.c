/* Whether a field holds another line of writing above or below the one that is read. */
#include <math.h>

#include "image.h"

#define ALIKE 0.6 /* of the line's height; lower pieces are no characters of another line */
#define FEWEST_OF_A_LINE 3
#define CHARACTER_WIDTH 0.75 /* of the line's height */

static bool has_ink(const pe_plane *ink, int32_t threshold, int32_t first, int32_t last) {
    size_t columns = (size_t)ink->columns;
    for (int32_t y = pe_most(first, 0); y < pe_least(last, ink->rows); y++) {
        uint8_t brightest = 0;
        for (size_t x = 0; x < columns; x++) {
            uint8_t pixel = ink->pixels[(size_t)y * columns + x];
            brightest = pixel > brightest ? pixel : brightest;
        }
        if (brightest > threshold) {
            return true;
        }
    }
    return false;
}

/* How many characters of another line a piece is: some touch. */
static double characters_in(const pe_piece *piece, const pe_text_line *line, int32_t rows, int32_t columns) {
    double wide = piece->right - piece->left, tall = piece->bottom - piece->top;
    bool whole = piece->top > 0 && piece->bottom < rows && tall >= ALIKE * line->height && tall <= line->height / ALIKE;
    /* Its middle against the line, with the slope taken out. */
    double y = piece->top + tall / 2 - line->skew * (piece->left + wide / 2 - columns / 2.0);
    if (!whole || fabs(y - line->center_y) <= line->height) {
        return 0;
    }
    double characters = rint(wide / (CHARACTER_WIDTH * line->height));
    return characters > 1 ? characters : 1;
}

bool pe_has_second_line(const pe_plane *ink, int32_t threshold, const pe_text_line *line, pe_arena *arena,
                        bool *found) {
    *found = false;
    /* Most fields have no ink beyond the reach of the line's own characters. */
    int32_t reach = (int32_t)(1.1 * line->height + fabs(line->skew) * ink->columns / 2);
    int32_t above = (int32_t)line->center_y - reach, below = (int32_t)line->center_y + reach;
    if (!has_ink(ink, threshold, 0, above) && !has_ink(ink, threshold, below, ink->rows)) {
        return true;
    }
    size_t mark = arena->used;
    pe_plane mask;
    pe_pieces pieces;
    if (!pe_brighter(ink, threshold, arena, &mask) || !pe_find_pieces(&mask, arena, &pieces)) {
        return false;
    }
    double characters = 0;
    for (int32_t i = 0; i < pieces.count; i++) {
        characters += characters_in(&pieces.items[i], line, ink->rows, ink->columns);
    }
    *found = characters >= FEWEST_OF_A_LINE;
    arena->used = mark;
    return true;
}
