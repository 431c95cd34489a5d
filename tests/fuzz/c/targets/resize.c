/* pe_resize of any image to any size. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define MOST_PIXELS (1 << 20)
#define MOST_BLOCK_PX (1 << 23)

typedef struct {
    const pe_gray *gray;
    int32_t height, width;
    const uint8_t *pixels;
} task;

static pe_status resize(pe_arena *arena, void *given) {
    task *of = given;
    of->pixels = NULL;
    pe_status status = pe_resize(of->gray, of->height, of->width, arena, &of->pixels);
    EXPECT(status == PE_OK || !of->pixels);
    return status;
}

static int32_t read_side(fz_input *input) {
    switch (fz_byte(input) % 4) {
    case 0: return fz_any_int(input);
    case 1: return fz_between(input, 1, PE_MAX_SIDE_PX);
    default: return fz_between(input, 1, 300);
    }
}

static int is_side(int32_t px) {
    return px >= 1 && px <= PE_MAX_SIDE_PX;
}

static int is_valid(const fz_picture *picture, const task *of) {
    if (!picture->valid || !is_side(of->height) || !is_side(of->width)) {
        return 0;
    }
    int64_t factor = of->gray->height / of->height;
    return factor * (factor < of->gray->width ? factor : of->gray->width) <= MOST_BLOCK_PX;
}

/* No pixel is darker or brighter than all of the source. */
static void check_levels(const task *of) {
    uint8_t darkest = 255, brightest = 0;
    for (int32_t y = 0; y < of->gray->height; y++) {
        const uint8_t *row = of->gray->pixels + (size_t)y * of->gray->stride;
        for (int32_t x = 0; x < of->gray->width; x++) {
            darkest = row[x] < darkest ? row[x] : darkest;
            brightest = row[x] > brightest ? row[x] : brightest;
        }
    }
    for (size_t i = 0; i < (size_t)of->height * (size_t)of->width; i++) {
        EXPECT(of->pixels[i] >= darkest && of->pixels[i] <= brightest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    int32_t height = read_side(&input), width = read_side(&input);
    if (is_side(height) && is_side(width) && height > MOST_PIXELS / width) {
        height = MOST_PIXELS / width;
    }
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture picture = fz_read_picture(&input);
    task of = {&picture.gray, height, width, NULL}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(resize, &of, first_bytes, &loan);
    EXPECT(status == (is_valid(&picture, &of) ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        size_t pixels = (size_t)height * (size_t)width;
        EXPECT(fz_is_taken(&loan, of.pixels, pixels));
        check_levels(&of);
        fz_lend_again(resize, &again, &other);
        EXPECT(!memcmp(again.pixels, of.pixels, pixels));
        fz_give_back(&other);
    }
    fz_give_back(&loan);
    fz_free_picture(&picture);
    return 0;
}
