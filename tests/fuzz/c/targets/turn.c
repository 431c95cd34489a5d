/* pe_turn of any mask to any canvas. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define UNIT 65536
#define MOST_PIXELS (1 << 16)

typedef struct {
    const pe_gray *mask;
    pe_turned turned;
    const uint8_t *pixels;
} task;

static pe_status turn(pe_arena *arena, void *given) {
    task *of = given;
    of->pixels = NULL;
    pe_status status = pe_turn(of->mask, &of->turned, arena, &of->pixels);
    EXPECT(status == PE_OK || !of->pixels);
    return status;
}

/* ---- the canvas ---- */

static int64_t read_step(fz_input *input) {
    static const int64_t ends[] = {0, 1, -1, UNIT, -UNIT, 2 * UNIT, -2 * UNIT, 2 * UNIT + 1, -2 * UNIT - 1, INT64_MIN};
    return fz_seldom(input, 4) ? ends[fz_byte(input) % (sizeof ends / sizeof *ends)]
                               : (int64_t)fz_word(input, 3) % (2 * UNIT) - UNIT;
}

static int64_t read_start(fz_input *input) {
    static const int64_t far = (int64_t)UNIT << 20;
    static const int64_t ends[] = {0, -1, far, -far, far + 1, -far - 1, INT64_MAX, INT64_MIN};
    return fz_seldom(input, 8) ? ends[fz_byte(input) % (sizeof ends / sizeof *ends)]
                               : (int64_t)fz_word(input, 3) - 128 * UNIT;
}

static int32_t read_side(fz_input *input) {
    return fz_seldom(input, 8) ? fz_any_int(input) : fz_between(input, 1, 256);
}

static int is_side(int32_t px) {
    return px >= 1 && px <= PE_MAX_SIDE_PX;
}

static int is_within(int64_t number, int64_t most) {
    return number >= -most && number <= most;
}

static pe_turned read_turned(fz_input *input) {
    pe_turned turned = {0};
    turned.height = read_side(input);
    turned.width = read_side(input);
    turned.cosine = read_step(input);
    turned.sine = read_step(input);
    turned.x = read_start(input);
    turned.y = read_start(input);
    if (is_side(turned.height) && is_side(turned.width) && turned.height > MOST_PIXELS / turned.width) {
        turned.height = MOST_PIXELS / turned.width;
    }
    return turned;
}

static int is_valid(const pe_turned *turned) {
    return is_side(turned->height) && is_side(turned->width) && is_within(turned->cosine, 2 * UNIT) &&
           is_within(turned->sine, 2 * UNIT) && is_within(turned->x, (int64_t)UNIT << 20) &&
           is_within(turned->y, (int64_t)UNIT << 20);
}

/* ---- what must hold ---- */

/* The pixel of the mask in which a place lies. */
static uint8_t pixel_at(const pe_gray *mask, int64_t x, int64_t y) {
    if (x < 0 || y < 0 || x / UNIT >= mask->width || y / UNIT >= mask->height) {
        return 0;
    }
    return fz_pixel(mask, (int32_t)(y / UNIT), (int32_t)(x / UNIT));
}

static void check(const task *of) {
    const pe_turned *turned = &of->turned;
    for (int32_t row = 0; row < turned->height; row++) {
        for (int32_t column = 0; column < turned->width; column++) {
            int64_t x = turned->x + column * turned->cosine - row * turned->sine;
            int64_t y = turned->y + column * turned->sine + row * turned->cosine;
            EXPECT(of->pixels[(size_t)row * (size_t)turned->width + (size_t)column] == pixel_at(of->mask, x, y));
        }
    }
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const task *of) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    const uint8_t *pixels;
    EXPECT(pe_turn(NULL, &of->turned, &arena, &pixels) == PE_INVALID);
    EXPECT(pe_turn(of->mask, NULL, &arena, &pixels) == PE_INVALID);
    EXPECT(pe_turn(of->mask, &of->turned, NULL, &pixels) == PE_INVALID);
    EXPECT(pe_turn(of->mask, &of->turned, &none, &pixels) == PE_INVALID);
    EXPECT(pe_turn(of->mask, &of->turned, &arena, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    task of = {NULL, read_turned(&input), NULL};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture mask = fz_read_mask(&input);
    of.mask = &mask.gray;
    task again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(turn, &of, first_bytes, &loan);
    EXPECT(status == (mask.valid && is_valid(&of.turned) ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        size_t pixels = (size_t)of.turned.height * (size_t)of.turned.width;
        EXPECT(fz_is_taken(&loan, of.pixels, pixels));
        check(&of);
        fz_lend_again(turn, &again, &other);
        EXPECT(!memcmp(again.pixels, of.pixels, pixels));
        fz_give_back(&other);
    }
    check_refused(&of);
    fz_give_back(&loan);
    fz_free_picture(&mask);
    return 0;
}
