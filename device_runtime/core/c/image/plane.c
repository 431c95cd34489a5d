/* What all stages share: planes of pixels, histograms, mirrored borders. */
#include "../common/arena.h"
#include "image.h"

bool pe_is_valid_gray(const pe_gray *gray) {
    return gray && gray->pixels && gray->height >= 1 && gray->height <= PE_MAX_SIDE_PX && gray->width >= 1 &&
           gray->width <= PE_MAX_SIDE_PX && gray->stride >= (size_t)gray->width &&
           gray->stride <= (size_t)PTRDIFF_MAX / (size_t)gray->height;
}

pe_plane pe_new_plane(pe_arena *arena, int32_t rows, int32_t columns) {
    pe_plane plane = {pe_take(arena, (size_t)rows, (size_t)columns), rows, columns};
    return plane;
}

void pe_histogram(const uint8_t *pixels, size_t count, int64_t levels[256]) {
    uint32_t counts[256] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        counts[pixels[i]]++;
        counts[pixels[i + 1]]++;
        counts[pixels[i + 2]]++;
        counts[pixels[i + 3]]++;
    }
    for (; i < count; i++) {
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

bool pe_brighter(const pe_plane *gray, int32_t threshold, pe_arena *arena, pe_plane *mask) {
    *mask = pe_new_plane(arena, gray->rows, gray->columns);
    if (!mask->pixels) {
        return false;
    }
    size_t count = (size_t)gray->rows * (size_t)gray->columns;
    const uint8_t *restrict pixels = gray->pixels;
    uint8_t *restrict brighter = mask->pixels, level = (uint8_t)threshold;
    for (size_t i = 0; i < count; i++) {
        brighter[i] = pixels[i] > level;
    }
    return true;
}
