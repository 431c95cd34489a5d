/* pe_normalize with any field and any body height. */
#include <math.h>
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

typedef struct {
    const pe_gray *field;
    double body_height_px;
    pe_strip strip;
} task;

static const pe_strip UNTOUCHED = {NULL, -7, -7, -7, -7, -7, {-7, -7, -7, -7, -7, -7}};

/* Whether all but the pixels is the same; not by memcmp, for there is padding in between. */
static int is_alike(const pe_strip *a, const pe_strip *b) {
    return a->width == b->width && a->has_ink == b->has_ink && a->second_line == b->second_line &&
           a->cut_left == b->cut_left && a->cut_right == b->cut_right &&
           !memcmp(a->image_from_strip, b->image_from_strip, sizeof a->image_from_strip);
}

static pe_status normalize(pe_arena *arena, void *given) {
    task *of = given;
    of->strip = UNTOUCHED;
    pe_status status = pe_normalize(of->field, of->body_height_px, arena, &of->strip);
    EXPECT(status == PE_OK || (!of->strip.pixels && is_alike(&of->strip, &UNTOUCHED)));
    return status;
}

static int is_flag(int32_t x) {
    return x == 0 || x == 1;
}

static void check(const pe_strip *strip, const fz_loan *loan) {
    EXPECT(strip->width >= 1 && strip->width <= PE_MOST_WIDTH_PX);
    size_t count = PE_STRIP_HEIGHT_PX * (size_t)strip->width;
    EXPECT(fz_is_taken(loan, strip->pixels, count));
    EXPECT(is_flag(strip->has_ink) && is_flag(strip->second_line) && is_flag(strip->cut_left) &&
           is_flag(strip->cut_right));
    int32_t brightest = 0;
    for (size_t i = 0; i < count; i++) {
        brightest = strip->pixels[i] > brightest ? strip->pixels[i] : brightest;
    }
    EXPECT(strip->has_ink ? brightest > 90 : brightest == 0);
    for (int i = 0; i < 6; i++) {
        EXPECT(isfinite(strip->image_from_strip[i]));
    }
    EXPECT(strip->image_from_strip[0] > 0 && strip->image_from_strip[4] > 0);
}

/* The same bits come out of another arena, in which there is other garbage. */
static void check_again(const task *of) {
    task again = {of->field, of->body_height_px, UNTOUCHED};
    fz_loan other;
    fz_lend_again(normalize, &again, &other);
    EXPECT(is_alike(&again.strip, &of->strip));
    EXPECT(!memcmp(again.strip.pixels, of->strip.pixels, PE_STRIP_HEIGHT_PX * (size_t)of->strip.width));
    fz_give_back(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    double body_height_px = fz_seldom(&input, 8) ? fz_any_double(&input) : fz_between(&input, -2, 60);
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture field = fz_read_picture(&input);
    task of = {&field.gray, body_height_px, UNTOUCHED};
    fz_loan loan;
    pe_status status = fz_lend(normalize, &of, first_bytes, &loan);
    EXPECT(status == (field.valid && isfinite(body_height_px) ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        check(&of.strip, &loan);
        check_again(&of);
    }
    fz_give_back(&loan);
    fz_free_picture(&field);
    return 0;
}
