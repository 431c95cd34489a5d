/* pe_darker of any image with any levels. */
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define PARTS (2 * PE_BLOCK_PX) /* of a block's side */

typedef struct {
    const pe_gray *soft;
    const uint8_t *level;
    const uint8_t *mask;
} task;

static pe_status darker(pe_arena *arena, void *given) {
    task *of = given;
    of->mask = NULL;
    pe_status status = pe_darker(of->soft, of->level, arena, &of->mask);
    EXPECT(status == PE_OK || !of->mask);
    return status;
}

static int32_t blocks(int32_t px) {
    return (px - 1) / PE_BLOCK_PX + 1;
}

/* A level for each block of a valid image, and no byte more. */
static uint8_t *read_level(fz_input *input, const fz_picture *soft) {
    int32_t high = soft->valid ? blocks(soft->gray.height) : 1, wide = soft->valid ? blocks(soft->gray.width) : 1;
    uint8_t *level = malloc((size_t)high * (size_t)wide);
    EXPECT(level);
    fz_draw(input, level, high, wide, (size_t)wide);
    return level;
}

/* ---- what must hold ---- */

/* Between the middles of which two blocks a pixel lies, and how many parts from the first one. */
typedef struct {
    int32_t first, second, parts;
} between;

static between place_of(int32_t px, int32_t count) {
    int32_t parts = 2 * px + 1 + PARTS / 2; /* from the middle of the block before the first */
    int32_t first = parts / PARTS - 1, second = first + 1;
    return (between){first < 0 ? 0 : first, second < count ? second : count - 1, parts % PARTS};
}

static void check(const task *of) {
    int32_t high = blocks(of->soft->height), wide = blocks(of->soft->width);
    for (int32_t y = 0; y < of->soft->height; y++) {
        between down = place_of(y, high);
        const uint8_t *upper = of->level + (size_t)down.first * (size_t)wide;
        const uint8_t *lower = of->level + (size_t)down.second * (size_t)wide;
        for (int32_t x = 0; x < of->soft->width; x++) {
            between across = place_of(x, wide);
            int32_t above = upper[across.first] * (PARTS - across.parts) + upper[across.second] * across.parts;
            int32_t below = lower[across.first] * (PARTS - across.parts) + lower[across.second] * across.parts;
            int32_t level = above * (PARTS - down.parts) + below * down.parts + PARTS * PARTS / 2;
            int is_darker = fz_pixel(of->soft, y, x) < level / (PARTS * PARTS);
            EXPECT(of->mask[(size_t)y * (size_t)of->soft->width + (size_t)x] == is_darker);
        }
    }
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *soft, const uint8_t *level) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    const uint8_t *mask;
    EXPECT(pe_darker(NULL, level, &arena, &mask) == PE_INVALID);
    EXPECT(pe_darker(soft, NULL, &arena, &mask) == PE_INVALID);
    EXPECT(pe_darker(soft, level, NULL, &mask) == PE_INVALID);
    EXPECT(pe_darker(soft, level, &none, &mask) == PE_INVALID);
    EXPECT(pe_darker(soft, level, &arena, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture soft = fz_read_picture(&input);
    uint8_t *level = read_level(&input, &soft);
    task of = {&soft.gray, level, NULL}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(darker, &of, first_bytes, &loan);
    EXPECT(status == (soft.valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        size_t pixels = (size_t)soft.gray.height * (size_t)soft.gray.width;
        EXPECT(fz_is_taken(&loan, of.mask, pixels));
        check(&of);
        fz_lend_again(darker, &again, &other);
        EXPECT(!memcmp(again.mask, of.mask, pixels));
        fz_give_back(&other);
    }
    check_refused(&soft.gray, level);
    fz_give_back(&loan);
    free(level);
    fz_free_picture(&soft);
    return 0;
}
