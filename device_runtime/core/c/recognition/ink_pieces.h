/* Connected pieces of ink in a strip. */
#ifndef PE_INK_PIECES_H
#define PE_INK_PIECES_H

#include "../common/arena.h"

/* A piece of ink, connected over edges and corners: the box around it, and its pixels. */
typedef struct {
    int32_t left, top, width, height, area;
} pe_ink_piece;

/* A strip's ink: one bit a pixel, one word a column, bit y for row y. uint32 [width_px]. */
const uint32_t *pe_ink_columns(pe_arena *arena, const uint8_t *pixels, int32_t width_px);

/* Find the pieces of `width_px` columns of ink; they lie in the arena in no particular order. */
pe_status pe_find_ink_pieces(pe_arena *arena, const uint32_t *ink, int32_t width_px, const pe_ink_piece **pieces,
                             int32_t *count);

#endif
