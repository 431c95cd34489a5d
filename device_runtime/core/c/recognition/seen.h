/* What the pixels of a strip show in each of the scanner's columns. */
#ifndef PE_SEEN_H
#define PE_SEEN_H

#include "columns.h"
#include "gaps.h"

/* Flags of a column or of a frame. */
enum {
    PE_SPACE = 1, /* a space */
    PE_TALL = 2,  /* ink of something as tall as letters */
    PE_MARK = 4,  /* a dot, comma or dash has its middle here */
    PE_COMMA = 8  /* a comma that parts words */
};

/* Look at the pixels in front of each column: flags, uint8 [columns->count]; NULL: the arena is full. */
const uint8_t *pe_see_columns(pe_arena *arena, const pe_net *net, const pe_columns *columns, const pe_gaps *gaps,
                              int32_t width_px, double aspect);

#endif
