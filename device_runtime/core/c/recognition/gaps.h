/* What stands between characters, seen in the strip's pixels: spaces, small marks, and writing as tall as digits. */
#ifndef PE_GAPS_H
#define PE_GAPS_H

#include "../common/arena.h"

typedef struct {
    const uint8_t *space;  /* [width_px], paper wider than a gap between characters, and what lies beyond the writing */
    const uint8_t *tall;   /* [width_px], ink of something as tall as letters */
    const int32_t *marks;  /* [mark_count], the middles of small pieces that may be dots, commas or dashes */
    const int32_t *commas; /* [comma_count], the middles of narrow ink that reaches below the line */
    int32_t mark_count, comma_count;
} pe_gaps;

/* Find what stands between the characters of a strip, uint8 [PE_STRIP_HEIGHT_PX][width_px]. */
pe_status pe_find_gaps(pe_arena *arena, const uint8_t *pixels, int32_t width_px, double aspect, pe_gaps *gaps);

#endif
