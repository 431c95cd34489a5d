/* pe_shrink of any image by any factor. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define MOST_FACTOR 64

typedef struct {
    const pe_gray *gray;
    int32_t factor;
    pe_frame frame;
} task;

static const pe_frame UNTOUCHED = {NULL, NULL, NULL, NULL, -7, -7};

static pe_status shrink(pe_arena *arena, void *given) {
    task *of = given;
    of->frame = UNTOUCHED;
    pe_status status = pe_shrink(of->gray, of->factor, arena, &of->frame);
    EXPECT(status == PE_OK || (!of->frame.soft && !of->frame.mean && !of->frame.darkest && !of->frame.lightest &&
                               of->frame.height == -7 && of->frame.width == -7));
    return status;
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t clamped(int32_t i, int32_t count) {
    return i < 0 ? 0 : least(i, count - 1);
}

/* How many pixels and how many blocks a frame has. */
static size_t pixels_of(const pe_frame *frame) {
    return (size_t)frame->height * (size_t)frame->width;
}

static int32_t blocks(int32_t px) {
    return (px - 1) / PE_BLOCK_PX + 1;
}

static size_t blocks_of(const pe_frame *frame) {
    return (size_t)blocks(frame->height) * (size_t)blocks(frame->width);
}

/* ---- the same, pixel by pixel ---- */

/* The mean of the pixels that become one; beyond the frame, its edge goes on. */
static int32_t mean_at(const task *of, int32_t y, int32_t x) {
    int32_t high = least(of->factor, of->gray->height), wide = least(of->factor, of->gray->width), sum = 0;
    int32_t top = clamped(y, of->frame.height) * high, left = clamped(x, of->frame.width) * wide;
    for (int32_t i = 0; i < high * wide; i++) {
        sum += fz_pixel(of->gray, top + i / wide, left + i % wide);
    }
    return (sum + high * wide / 2) / (high * wide);
}

static void check_soft(const task *of) {
    static const int32_t weights[] = {1, 2, 1};
    for (int32_t y = 0; y < of->frame.height; y++) {
        for (int32_t x = 0; x < of->frame.width; x++) {
            int32_t sum = 8;
            for (int i = 0; i < 9; i++) {
                sum += weights[i / 3] * weights[i % 3] * mean_at(of, y + i / 3 - 1, x + i % 3 - 1);
            }
            EXPECT(of->frame.soft[(size_t)y * (size_t)of->frame.width + (size_t)x] == sum / 16);
        }
    }
}

static void check_block(const pe_frame *frame, int32_t row, int32_t column) {
    int32_t darkest = 255, lightest = 0, sum = PE_BLOCK_PX * PE_BLOCK_PX / 2;
    for (int32_t i = 0; i < PE_BLOCK_PX * PE_BLOCK_PX; i++) {
        int32_t y = clamped(row * PE_BLOCK_PX + i / PE_BLOCK_PX, frame->height);
        int32_t x = clamped(column * PE_BLOCK_PX + i % PE_BLOCK_PX, frame->width);
        int32_t level = frame->soft[(size_t)y * (size_t)frame->width + (size_t)x];
        darkest = least(level, darkest);
        lightest = level > lightest ? level : lightest;
        sum += level;
    }
    size_t at = (size_t)row * (size_t)blocks(frame->width) + (size_t)column;
    EXPECT(frame->mean[at] == sum / (PE_BLOCK_PX * PE_BLOCK_PX));
    EXPECT(frame->darkest[at] == darkest && frame->lightest[at] == lightest);
}

static void check(const task *of, const fz_loan *loan) {
    const pe_frame *frame = &of->frame;
    EXPECT(frame->height == of->gray->height / least(of->factor, of->gray->height));
    EXPECT(frame->width == of->gray->width / least(of->factor, of->gray->width));
    EXPECT(fz_is_taken(loan, frame->soft, pixels_of(frame)) && fz_is_taken(loan, frame->mean, blocks_of(frame)));
    EXPECT(fz_is_taken(loan, frame->darkest, blocks_of(frame)) &&
           fz_is_taken(loan, frame->lightest, blocks_of(frame)));
    check_soft(of);
    for (int32_t row = 0; row < blocks(frame->height); row++) {
        for (int32_t column = 0; column < blocks(frame->width); column++) {
            check_block(frame, row, column);
        }
    }
}

static void check_again(const task *of) {
    task again = *of;
    fz_loan other;
    fz_lend_again(shrink, &again, &other);
    EXPECT(!memcmp(again.frame.soft, of->frame.soft, pixels_of(&of->frame)));
    EXPECT(!memcmp(again.frame.mean, of->frame.mean, blocks_of(&of->frame)));
    EXPECT(!memcmp(again.frame.darkest, of->frame.darkest, blocks_of(&of->frame)));
    EXPECT(!memcmp(again.frame.lightest, of->frame.lightest, blocks_of(&of->frame)));
    fz_give_back(&other);
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *gray) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    pe_frame frame;
    EXPECT(pe_shrink(NULL, 1, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(gray, 0, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(gray, MOST_FACTOR + 1, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(gray, 1, NULL, &frame) == PE_INVALID);
    EXPECT(pe_shrink(gray, 1, &none, &frame) == PE_INVALID);
    EXPECT(pe_shrink(gray, 1, &arena, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    int32_t factor = fz_seldom(&input, 8) ? fz_other_int(&input, MOST_FACTOR) : fz_between(&input, 1, 6);
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture picture = fz_read_picture(&input);
    task of = {&picture.gray, factor, UNTOUCHED};
    fz_loan loan;
    pe_status status = fz_lend(shrink, &of, first_bytes, &loan);
    EXPECT(status == (picture.valid && factor >= 1 && factor <= MOST_FACTOR ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        check(&of, &loan);
        check_again(&of);
    }
    check_refused(&picture.gray);
    fz_give_back(&loan);
    fz_free_picture(&picture);
    return 0;
}
