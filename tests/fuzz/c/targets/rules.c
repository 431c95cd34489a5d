/* pe_rules of any mask with any sizes. */
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define GAP_PX 2

typedef struct {
    const pe_gray *mask;
    pe_rule_sizes sizes;
    const uint8_t *rest, *upright;
} task;

static const uint8_t UNTOUCHED = 0;

static pe_status find_rules(pe_arena *arena, void *given) {
    task *of = given;
    of->rest = of->upright = &UNTOUCHED;
    pe_status status = pe_rules(of->mask, &of->sizes, arena, &of->rest, &of->upright);
    EXPECT(status == PE_OK || (of->rest == &UNTOUCHED && of->upright == &UNTOUCHED));
    return status;
}

/* ---- sizes ---- */

static pe_rule_sizes read_sizes(fz_input *input) {
    pe_rule_sizes sizes;
    int32_t most = fz_seldom(input, 4) ? 600 : 60;
    sizes.upright = fz_between(input, 1, most);
    sizes.level = fz_between(input, 1, most);
    most = fz_seldom(input, 4) ? 600 : 16;
    sizes.thick_upright = fz_between(input, 1, most);
    sizes.thick_level = fz_between(input, 1, most);
    if (fz_seldom(input, 16)) {
        int32_t *numbers[] = {&sizes.upright, &sizes.level, &sizes.thick_upright, &sizes.thick_level};
        *numbers[fz_byte(input) % 4] = fz_any_int(input);
    }
    return sizes;
}

static int is_size(int32_t px) {
    return px >= 1 && px <= PE_MAX_SIDE_PX;
}

static int is_valid(const pe_rule_sizes *sizes) {
    return is_size(sizes->upright) && is_size(sizes->level) && is_size(sizes->thick_upright) &&
           is_size(sizes->thick_level);
}

/* ---- the same, line by line ---- */

/* [height, width] without gaps. */
typedef struct {
    uint8_t *pixels;
    int32_t height, width;
} plane;

static plane new_plane(const pe_gray *mask) {
    plane made = {calloc((size_t)mask->height, (size_t)mask->width), mask->height, mask->width};
    EXPECT(made.pixels);
    return made;
}

static uint8_t *at(const plane *of, int32_t y, int32_t x) {
    return &of->pixels[(size_t)y * (size_t)of->width + (size_t)x];
}

/* Mark the runs along a line, over gaps, that are at least so long. Pixel i of the line is step * i from its first. */
static int mark_line(const uint8_t *line, uint8_t *marks, int32_t count, size_t step, int32_t length, int32_t cut,
                     int32_t gap) {
    int any = 0;
    for (int32_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        if (!line[step * (size_t)begin]) {
            continue;
        }
        for (int32_t i = end; i < count && i - end <= gap; i++) {
            end = line[step * (size_t)i] ? i + 1 : end;
        }
        if (end - begin >= (begin == 0 || end == count ? cut : length)) {
            any = 1;
            for (int32_t i = begin; i < end; i++) {
                marks[step * (size_t)i] = 1;
            }
        }
    }
    return any;
}

static int mark_lines(const plane *of, int upright, int32_t length, int32_t cut, int32_t gap, const plane *marks) {
    int any = 0;
    for (int32_t i = 0; i < (upright ? of->width : of->height); i++) {
        int32_t y = upright ? 0 : i, x = upright ? i : 0;
        any |= mark_line(at(of, y, x), at(marks, y, x), upright ? of->height : of->width,
                         upright ? (size_t)of->width : 1, length, cut, gap);
    }
    return any;
}

/* Find the rules in one direction; returns whether anything is long enough, be it thick or not. */
static int mark_rules(const plane *ink, int upright, int32_t length, int32_t across, const plane *rules) {
    size_t pixels = (size_t)ink->height * (size_t)ink->width;
    plane thick = {calloc(pixels, 1), ink->height, ink->width};
    EXPECT(thick.pixels);
    int any = mark_lines(ink, upright, length, (length + 1) / 2, GAP_PX, rules);
    mark_lines(rules, !upright, across, across, 0, &thick);
    for (size_t i = 0; i < pixels; i++) {
        rules->pixels[i] = rules->pixels[i] && !thick.pixels[i];
    }
    free(thick.pixels);
    return any;
}

static int is_beside(const plane *rules, int32_t y, int32_t x, int32_t down, int32_t across) {
    for (int side = -1; side <= 1; side++) {
        int32_t row = y + side * down, column = x + side * across;
        if (row >= 0 && row < rules->height && column >= 0 && column < rules->width && *at(rules, row, column)) {
            return 1;
        }
    }
    return 0;
}

static void check_rest(const task *of, const plane *ink, const plane *upright, const plane *level) {
    for (int32_t y = 0; y < ink->height; y++) {
        for (int32_t x = 0; x < ink->width; x++) {
            int stays = *at(ink, y, x) && !is_beside(level, y, x, 1, 0) && !is_beside(upright, y, x, 0, 1);
            EXPECT(of->rest[(size_t)y * (size_t)ink->width + (size_t)x] == stays);
        }
    }
}

static void check(const task *of) {
    plane ink = new_plane(of->mask), upright = new_plane(of->mask), level = new_plane(of->mask);
    for (int32_t y = 0; y < ink.height; y++) {
        memcpy(at(&ink, y, 0), of->mask->pixels + (size_t)y * of->mask->stride, (size_t)ink.width);
    }
    int any_upright = mark_rules(&ink, 1, of->sizes.upright, of->sizes.thick_upright, &upright);
    int any_level = mark_rules(&ink, 0, of->sizes.level, of->sizes.thick_level, &level);
    EXPECT(!of->upright == !any_upright && !of->rest == !(any_upright || any_level));
    if (of->rest) {
        check_rest(of, &ink, &upright, &level);
    }
    EXPECT(!of->upright || !memcmp(of->upright, upright.pixels, (size_t)ink.height * (size_t)ink.width));
    free(ink.pixels);
    free(upright.pixels);
    free(level.pixels);
}

/* ---- both ---- */

/* Whether two planes are the same, or there is neither. */
static int is_alike(const uint8_t *a, const uint8_t *b, size_t pixels) {
    return a && b ? !memcmp(a, b, pixels) : a == b;
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *mask) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    const uint8_t *rest, *upright;
    pe_rule_sizes sizes = {1, 1, 1, 1}, wrong = {1, 1, 1, 0};
    EXPECT(pe_rules(NULL, &sizes, &arena, &rest, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, NULL, &arena, &rest, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, &wrong, &arena, &rest, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, &sizes, NULL, &rest, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, &sizes, &none, &rest, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, &sizes, &arena, NULL, &upright) == PE_INVALID);
    EXPECT(pe_rules(mask, &sizes, &arena, &rest, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    pe_rule_sizes sizes = read_sizes(&input);
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture mask = fz_read_mask(&input);
    task of = {&mask.gray, sizes, NULL, NULL}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(find_rules, &of, first_bytes, &loan);
    EXPECT(status == (mask.valid && is_valid(&sizes) ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        size_t pixels = (size_t)mask.gray.height * (size_t)mask.gray.width;
        EXPECT(!of.rest || fz_is_taken(&loan, of.rest, pixels));
        EXPECT(!of.upright || fz_is_taken(&loan, of.upright, pixels));
        check(&of);
        fz_lend_again(find_rules, &again, &other);
        EXPECT(is_alike(again.rest, of.rest, pixels) && is_alike(again.upright, of.upright, pixels));
        fz_give_back(&other);
    }
    check_refused(&mask.gray);
    fz_give_back(&loan);
    fz_free_picture(&mask);
    return 0;
}
