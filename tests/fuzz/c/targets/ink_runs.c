/* pe_ink_runs of any strip at any level. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

typedef struct {
    const pe_gray *strip;
    int32_t level;
    const pe_box *runs;
    int32_t count;
} task;

static pe_status find_runs(pe_arena *arena, void *given) {
    task *of = given;
    of->runs = NULL;
    of->count = -7;
    pe_status status = pe_ink_runs(of->strip, of->level, arena, &of->runs, &of->count);
    EXPECT(status == PE_OK || (!of->runs && of->count == -7));
    return status;
}

/* The box around a column's ink; it has no height where there is none. */
static pe_box box_of(const task *of, int32_t x) {
    pe_box box = {x, of->strip->height, x + 1, of->strip->height};
    for (int32_t y = of->strip->height - 1; y >= 0; y--) {
        if (fz_pixel(of->strip, y, x) > of->level) {
            box.bottom = box.top < of->strip->height ? box.bottom : y + 1;
            box.top = y;
        }
    }
    return box;
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b) {
    return a > b ? a : b;
}

/* Column by column the same runs are found. */
static void check(const task *of) {
    int32_t found = 0;
    for (int32_t x = 0; x < of->strip->width; x++) {
        pe_box run = box_of(of, x);
        if (run.top == run.bottom) {
            continue;
        }
        for (; x + 1 < of->strip->width; x++) {
            pe_box next = box_of(of, x + 1);
            if (next.top == next.bottom) {
                break;
            }
            run = (pe_box){run.left, least(run.top, next.top), next.right, most(run.bottom, next.bottom)};
        }
        EXPECT(found < of->count && !memcmp(&of->runs[found], &run, sizeof run));
        found++;
    }
    EXPECT(found == of->count);
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *strip) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    const pe_box *runs;
    int32_t count;
    EXPECT(pe_ink_runs(NULL, 0, &arena, &runs, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, -1, &arena, &runs, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, 256, &arena, &runs, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, 0, NULL, &runs, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, 0, &none, &runs, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, 0, &arena, NULL, &count) == PE_INVALID);
    EXPECT(pe_ink_runs(strip, 0, &arena, &runs, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    int32_t level = fz_seldom(&input, 8) ? fz_any_int(&input) : fz_byte(&input);
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture strip = fz_read_picture(&input);
    task of = {&strip.gray, level, NULL, 0}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(find_runs, &of, first_bytes, &loan);
    EXPECT(status == (strip.valid && level >= 0 && level <= 255 ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        EXPECT(of.count >= 0);
        size_t size = (size_t)of.count * sizeof *of.runs;
        EXPECT(fz_is_taken(&loan, (const uint8_t *)of.runs, size));
        check(&of);
        fz_lend_again(find_runs, &again, &other);
        EXPECT(again.count == of.count && !memcmp(again.runs, of.runs, size));
        fz_give_back(&other);
    }
    check_refused(&strip.gray);
    fz_give_back(&loan);
    fz_free_picture(&strip);
    return 0;
}
