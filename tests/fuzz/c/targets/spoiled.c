/* pe_spoiled with any field and any place of a code in it. */
#include <math.h>
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

#define MOST_COLUMNS 2048 /* of those that the header allows: more take only time */

typedef struct {
    const pe_gray *field;
    pe_place place;
    int32_t fault;
} task;

static pe_status find_fault(pe_arena *arena, void *given) {
    task *of = given;
    of->fault = -7;
    pe_status status = pe_spoiled(of->field, &of->place, arena, &of->fault);
    EXPECT(status == PE_OK || of->fault == -7);
    return status;
}

/* ---- the place ---- */

static double read_part(fz_input *input) {
    return (fz_byte(input) - 128) / 128.0;
}

/* A strip that lies in the field as most do: a little larger or smaller, moved, sheared and turned. */
static void read_map(fz_input *input, const pe_gray *field, double map[6]) {
    double scale = field->height / (double)PE_STRIP_HEIGHT_PX;
    map[0] = scale * (1 + read_part(input));
    map[1] = scale * read_part(input);
    map[2] = field->width * read_part(input);
    map[3] = scale * read_part(input) / 4;
    map[4] = scale * (1 + read_part(input) / 2);
    map[5] = field->height * read_part(input);
    if (fz_seldom(input, 8)) {
        map[fz_byte(input) % 6] = fz_seldom(input, 4) ? ldexp(1.0001, 40) : fz_any_double(input);
    }
}

static pe_place read_place(fz_input *input, const pe_gray *field) {
    pe_place place;
    memset(&place, 0, sizeof place);
    place.begin = fz_between(input, -40, 60);
    int32_t columns = fz_between(input, 0, 255);
    place.end = place.begin + columns;
    place.code_begin = fz_between(input, -1, columns);
    place.code_end = place.code_begin + fz_byte(input) % (columns - place.code_begin + 1);
    read_map(input, field, place.image_from_strip);
    if (fz_seldom(input, 8)) {
        int32_t *numbers[] = {&place.begin, &place.end, &place.code_begin, &place.code_end};
        int32_t *number = numbers[fz_byte(input) % 4];
        *number = fz_other_int(input, *number);
    }
    return place;
}

static int is_column(int32_t column) {
    return column >= -PE_FARTHEST_COLUMN && column <= PE_FARTHEST_COLUMN;
}

static int is_valid_place(const pe_place *place) {
    for (int i = 0; i < 6; i++) {
        if (!(fabs(place->image_from_strip[i]) <= ldexp(1, 40))) {
            return 0;
        }
    }
    return is_column(place->begin) && is_column(place->end) && place->begin <= place->end && place->code_begin >= -1 &&
           place->code_begin <= place->code_end && place->code_end <= place->end - place->begin;
}

/* ---- what must hold ---- */

/* A stroke is found where one is sought alone, and that none is found changes nothing about blots. */
static void check(const task *of) {
    EXPECT(of->fault >= PE_NO_FAULT && of->fault <= PE_BLOT);
    EXPECT(of->fault != PE_STRUCK || of->place.code_begin >= 0);
    EXPECT(of->place.begin < of->place.end || of->fault != PE_BLOT);
    task without = *of;
    without.place.code_begin = without.place.code_end = -1;
    fz_loan loan;
    EXPECT(fz_lend(find_fault, &without, 0, &loan) == PE_OK);
    EXPECT(without.fault != PE_STRUCK && (of->fault == PE_STRUCK || of->fault == without.fault));
    fz_give_back(&loan);
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *field) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    pe_place place = {0, 9, -1, -1, {1, 0, 0, 0, 1, 0}}, wrong = place;
    int32_t fault;
    EXPECT(pe_spoiled(NULL, &place, &arena, &fault) == PE_INVALID);
    EXPECT(pe_spoiled(field, NULL, &arena, &fault) == PE_INVALID);
    EXPECT(pe_spoiled(field, &place, NULL, &fault) == PE_INVALID);
    EXPECT(pe_spoiled(field, &place, &none, &fault) == PE_INVALID);
    EXPECT(pe_spoiled(field, &place, &arena, NULL) == PE_INVALID);
    for (int i = 0; i < 6; i++) {
        wrong.image_from_strip[i] = NAN;
        EXPECT(pe_spoiled(field, &wrong, &arena, &fault) == PE_INVALID);
        wrong.image_from_strip[i] = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture field = fz_read_picture(&input);
    task of = {&field.gray, read_place(&input, &field.gray), 0};
    int is_valid = field.valid && is_valid_place(&of.place);
    if (is_valid && of.place.end - of.place.begin > MOST_COLUMNS) {
        of.place.end = of.place.begin + MOST_COLUMNS;
        is_valid = is_valid_place(&of.place);
    }
    task again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(find_fault, &of, first_bytes, &loan);
    EXPECT(status == (is_valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        check(&of);
        fz_lend_again(find_fault, &again, &other);
        EXPECT(again.fault == of.fault);
        fz_give_back(&other);
    }
    check_refused(&field.gray);
    fz_give_back(&loan);
    fz_free_picture(&field);
    return 0;
}
