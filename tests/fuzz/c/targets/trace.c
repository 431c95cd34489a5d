/* pe_trace of any mask. */
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

typedef struct {
    const pe_gray *mask;
    pe_traced traced;
} task;

static pe_status trace(pe_arena *arena, void *given) {
    task *of = given;
    of->traced = (pe_traced){NULL, NULL, -7, -7};
    pe_status status = pe_trace(of->mask, arena, &of->traced);
    EXPECT(status == PE_OK || (!of->traced.runs && !of->traced.pieces && of->traced.run_count == -7 &&
                               of->traced.piece_count == -7));
    return status;
}

/* ---- pieces, pixel by pixel ---- */

typedef struct {
    const pe_gray *mask;
    int32_t *numbers; /* [height, width], of the piece; -1: of none yet */
    int32_t *waiting; /* pixels of the piece whose neighbours were not looked at */
    int32_t count;    /* pieces */
} flood;

static int32_t *ints(size_t count) {
    int32_t *taken = malloc(count * sizeof *taken);
    EXPECT(taken);
    return taken;
}

/* Give all ink that is joined to a pixel the next number, and tell the box around it and how many px it has. */
static void fill(flood *of, int32_t start, int32_t box[5]) {
    int32_t wide = of->mask->width, high = of->mask->height, left = 1;
    box[0] = wide;
    box[1] = high;
    box[2] = box[3] = box[4] = 0;
    of->numbers[start] = of->count;
    of->waiting[0] = start;
    while (left) {
        int32_t y = of->waiting[--left] / wide, x = of->waiting[left] % wide;
        box[0] = x < box[0] ? x : box[0];
        box[1] = y < box[1] ? y : box[1];
        box[2] = x >= box[2] ? x + 1 : box[2];
        box[3] = y >= box[3] ? y + 1 : box[3];
        box[4]++;
        for (int i = 0; i < 9; i++) {
            int32_t other_y = y + i / 3 - 1, other_x = x + i % 3 - 1, at = other_y * wide + other_x;
            if (other_y >= 0 && other_y < high && other_x >= 0 && other_x < wide && of->numbers[at] < 0 &&
                fz_pixel(of->mask, other_y, other_x)) {
                of->numbers[at] = of->count;
                of->waiting[left++] = at;
            }
        }
    }
    of->count++;
}

/* The pieces are those of a flood, in the order of their first pixels. */
static void check_pieces(flood *of, const pe_traced *traced) {
    for (int32_t at = 0; at < of->mask->height * of->mask->width; at++) {
        if (of->numbers[at] >= 0 || !fz_pixel(of->mask, at / of->mask->width, at % of->mask->width)) {
            continue;
        }
        int32_t piece = of->count, box[5];
        EXPECT(piece < traced->piece_count);
        fill(of, at, box);
        for (int32_t i = 0; i < 5; i++) {
            EXPECT(traced->pieces[(size_t)i * (size_t)traced->piece_count + (size_t)piece] == box[i]);
        }
    }
    EXPECT(of->count == traced->piece_count);
}

/* The runs are all ink, from the top left on, each in its piece. */
static void check_runs(const flood *of, const pe_traced *traced) {
    size_t count = (size_t)traced->run_count, at = 0;
    const int32_t *row = traced->runs, *begin = row + count, *end = begin + count, *piece = end + count;
    for (int32_t y = 0; y < of->mask->height; y++) {
        for (int32_t x = 0; x < of->mask->width; x++) {
            if (!fz_pixel(of->mask, y, x)) {
                continue;
            }
            EXPECT(at < count && row[at] == y && begin[at] == x && piece[at] == of->numbers[y * of->mask->width + x]);
            while (x < of->mask->width && fz_pixel(of->mask, y, x)) {
                x++;
            }
            EXPECT(end[at] == x);
            at++;
        }
    }
    EXPECT(at == count);
}

static void check(const task *of) {
    size_t pixels = (size_t)of->mask->height * (size_t)of->mask->width;
    flood found = {of->mask, ints(pixels), ints(pixels), 0};
    memset(found.numbers, -1, pixels * sizeof *found.numbers);
    check_pieces(&found, &of->traced);
    check_runs(&found, &of->traced);
    free(found.numbers);
    free(found.waiting);
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *mask) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    pe_traced traced;
    EXPECT(pe_trace(NULL, &arena, &traced) == PE_INVALID);
    EXPECT(pe_trace(mask, NULL, &traced) == PE_INVALID);
    EXPECT(pe_trace(mask, &none, &traced) == PE_INVALID);
    EXPECT(pe_trace(mask, &arena, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture mask = fz_read_mask(&input);
    task of = {&mask.gray, {0}}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(trace, &of, first_bytes, &loan);
    EXPECT(status == (mask.valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        EXPECT(of.traced.run_count >= 0 && of.traced.piece_count >= 0);
        size_t runs = 4 * (size_t)of.traced.run_count * sizeof(int32_t);
        size_t pieces = 5 * (size_t)of.traced.piece_count * sizeof(int32_t);
        EXPECT(fz_is_taken(&loan, (const uint8_t *)of.traced.runs, runs));
        EXPECT(fz_is_taken(&loan, (const uint8_t *)of.traced.pieces, pieces));
        check(&of);
        fz_lend_again(trace, &again, &other);
        EXPECT(again.traced.run_count == of.traced.run_count && again.traced.piece_count == of.traced.piece_count);
        EXPECT(!memcmp(again.traced.runs, of.traced.runs, runs));
        EXPECT(!memcmp(again.traced.pieces, of.traced.pieces, pieces));
        fz_give_back(&other);
    }
    check_refused(&mask.gray);
    fz_give_back(&loan);
    fz_free_picture(&mask);
    return 0;
}
