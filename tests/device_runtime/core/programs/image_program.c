/* A C program that knows the core by its header alone: it makes strips of random fields in arenas that grow from
 * nothing, and gives each function what it must refuse. Exit code 0: all is well; test_image_program.py builds it with
 * sanitizers.
 */
#include <math.h>

#include "program.h"

/* ---- what a caller does ---- */

static void resize(const pe_gray *gray, int32_t height, int32_t width, pe_arena *arena) {
    const uint8_t *pixels = NULL;
    CALL(arena, pe_resize(gray, height, width, arena, &pixels));
    EXPECT(pixels >= arena->memory);
    EXPECT(pixels + (size_t)height * (size_t)width <= arena->memory + arena->size);
}

/* One field through all functions, whatever its bytes: a fuzzer's target is this and a choice of its size. */
static void try_field(const uint8_t *pixels, int32_t height, int32_t width, size_t stride, double body_height_px) {
    pe_arena arena = {NULL, 0, 0, 0};
    pe_gray field = {pixels, height, width, stride};
    pe_strip strip;
    CALL(&arena, pe_normalize(&field, body_height_px, &arena, &strip));
    size_t count = PE_STRIP_HEIGHT_PX * (size_t)strip.width;
    EXPECT(strip.width >= 9 && strip.pixels >= arena.memory);
    EXPECT(strip.pixels + count <= arena.memory + arena.size);
    for (int i = 0; i < 6; i++) {
        EXPECT(isfinite(strip.image_from_strip[i]));
    }
    uint8_t *kept = keep(strip.pixels, count);
    int32_t ink = -1;
    CALL(&arena, pe_polarity(&field, &arena, &ink));
    EXPECT(ink >= PE_INK_DARK && ink <= PE_INK_PANEL);
    pe_gray whole = {kept, PE_STRIP_HEIGHT_PX, strip.width, (size_t)strip.width};
    resize(&whole, PE_STRIP_HEIGHT_PX, strip.width * 13 / 10, &arena);
    resize(&field, 3, 5, &arena);
    /* The same again in memory that holds other things, at another alignment. */
    pe_arena shifted = {malloc(arena.size + 1), arena.size + 1, 0, 0};
    EXPECT(shifted.memory);
    memset(shifted.memory, 0xA5, shifted.size);
    pe_arena inner = {shifted.memory + 1, arena.size, 0, 0};
    pe_strip again;
    pe_status status = pe_normalize(&field, body_height_px, &inner, &again);
    EXPECT(status == PE_OK || inner.wanted > inner.size);
    EXPECT(status != PE_OK || (again.width == strip.width && !memcmp(again.pixels, kept, count) &&
                               !memcmp(again.image_from_strip, strip.image_from_strip, sizeof strip.image_from_strip)));
    free(shifted.memory);
    free(kept);
    free(arena.memory);
}

/* ---- random fields ---- */

static uint32_t state = 1998;

/* Marsaglia's xorshift, 2003. */
static int32_t below(int32_t end) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (int32_t)(state % (uint32_t)end);
}

/* Paper with bars, lines and noise, in exactly as many bytes as it has. */
static void try_random_field(int32_t height, int32_t width) {
    size_t stride = (size_t)width + (size_t)below(4), size = stride * (size_t)(height - 1) + (size_t)width;
    uint8_t *pixels = malloc(size);
    EXPECT(pixels);
    int32_t paper = 60 + below(196), step = below(60), noise = 1 + step * below(3);
    for (size_t i = 0; i < size; i++) {
        int32_t level = paper - below(noise);
        pixels[i] = (uint8_t)(level < 0 ? 0 : level);
    }
    for (int32_t bars = below(12); bars > 0; bars--) {
        int32_t top = below(height), left = below(width);
        int32_t tall = 1 + below(height), wide = 1 + below(bars % 3 ? 9 : width);
        for (int32_t y = top; y < height && y < top + tall; y++) {
            for (int32_t x = left; x < width && x < left + wide; x++) {
                pixels[(size_t)y * stride + (size_t)x] = (uint8_t)(paper / 5);
            }
        }
    }
    try_field(pixels, height, width, stride, 4 + below(40));
    free(pixels);
}

/* ---- what must be refused ---- */

static void refuse(void) {
    uint8_t pixels[36] = {0}, memory[64];
    const uint8_t *resized;
    pe_arena arena = {memory, sizeof memory, 0, 0}, none = {NULL, 64, 0, 0};
    pe_gray good = {pixels, 6, 6, 6};
    pe_gray bad[] = {{NULL, 6, 6, 6},     {pixels, 0, 6, 6},          {pixels, 6, 0, 6},      {pixels, -6, 6, 6},
                     {pixels, 6, -6, 6},  {pixels, 6, 6, 5},          {pixels, 65536, 1, 1},  {pixels, 1, 65536, 65536},
                     {pixels, INT32_MIN, 6, 6}, {pixels, 6, INT32_MAX, SIZE_MAX}, {pixels, 6, 6, SIZE_MAX}};
    pe_strip strip;
    int32_t ink;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        EXPECT(pe_normalize(&bad[i], 20, &arena, &strip) == PE_INVALID);
        EXPECT(pe_polarity(&bad[i], &arena, &ink) == PE_INVALID);
        EXPECT(pe_resize(&bad[i], 9, 9, &arena, &resized) == PE_INVALID);
    }
    EXPECT(pe_normalize(NULL, 20, &arena, &strip) == PE_INVALID);
    EXPECT(pe_normalize(&good, 20, NULL, &strip) == PE_INVALID);
    EXPECT(pe_normalize(&good, 20, &none, &strip) == PE_INVALID);
    EXPECT(pe_normalize(&good, 20, &arena, NULL) == PE_INVALID);
    EXPECT(pe_normalize(&good, (double)NAN, &arena, &strip) == PE_INVALID);
    EXPECT(pe_normalize(&good, (double)INFINITY, &arena, &strip) == PE_INVALID);
    EXPECT(pe_polarity(&good, &arena, NULL) == PE_INVALID);
    EXPECT(pe_polarity(&good, NULL, &ink) == PE_INVALID);
    EXPECT(pe_resize(&good, 0, 9, &arena, &resized) == PE_INVALID);
    EXPECT(pe_resize(&good, 9, 65536, &arena, &resized) == PE_INVALID);
    EXPECT(pe_resize(&good, 9, 9, &arena, NULL) == PE_INVALID);
    /* A block of 2^23 px and more has a mean that does not fit. */
    pe_gray vast = {pixels, 65535, 65535, 65535};
    EXPECT(pe_resize(&vast, 1, 1, &arena, &resized) == PE_INVALID);
    /* An arena that is too small says so, and nothing else changes. */
    strip.width = -7;
    EXPECT(pe_normalize(&good, 20, &arena, &strip) == PE_ARENA_FULL);
    EXPECT(arena.wanted > arena.size && strip.width == -7);
}

int main(void) {
    EXPECT(pe_abi_version() == PE_ABI_VERSION);
    refuse();
    for (int i = 0; i < 100; i++) {
        try_random_field(1 + below(150), 1 + below(300));
    }
    const int32_t sizes[][2] = {{1, 1},    {1, 900},  {900, 1},  {6, 6},    {6, 3000}, {700, 7},   {64, 64},
                                {64, 57},  {128, 90}, {191, 80}, {192, 80}, {400, 300}, {8, 1200}, {5, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        try_random_field(sizes[i][0], sizes[i][1]);
    }
    puts("all is well");
    return 0;
}
