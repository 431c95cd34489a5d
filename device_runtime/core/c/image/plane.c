/* What all stages share: planes of pixels, histograms, mirrored borders. */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

bool pe_is_valid_gray(const pe_gray *gray) {
    return gray && gray->pixels && gray->height >= 1 && gray->height <= PE_MAX_SIDE_PX && gray->width >= 1 &&
           gray->width <= PE_MAX_SIDE_PX && gray->stride >= (size_t)gray->width &&
           gray->stride <= (size_t)PTRDIFF_MAX / (size_t)gray->height;
}

bool pe_is_valid_arena(const pe_arena *arena) { return arena && (arena->memory || !arena->size); }

pe_plane pe_new_plane(pe_arena *arena, int32_t rows, int32_t columns) {
    pe_plane plane = {pe_take(arena, (size_t)rows, (size_t)columns), rows, columns};
    return plane;
}

void pe_histogram(const uint8_t *pixels, size_t count, int64_t levels[256]) {
    uint32_t counts[256] = {0};
    memset(levels, 0, 256 * sizeof *levels);
    for (size_t i = 0; i < count; i++) {
        counts[pixels[i]]++;
    }
    for (int level = 0; level < 256; level++) {
        levels[level] = counts[level];
    }
}

int32_t pe_mirrored(int32_t i, int32_t count) {
    if (count == 1) {
        return 0;
    }
    while (i < 0 || i >= count) {
        i = i < 0 ? -i : 2 * (count - 1) - i;
    }
    return i;
}
