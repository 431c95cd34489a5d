/* pe_may_have_boxes with any field. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

typedef struct {
    const pe_gray *field;
    int32_t may_have;
} task;

static pe_status may_have_boxes(pe_arena *arena, void *given) {
    task *of = given;
    of->may_have = -7;
    pe_status status = pe_may_have_boxes(of->field, arena, &of->may_have);
    EXPECT(status == PE_OK || of->may_have == -7);
    return status;
}

/* What is missing or out of its range is refused, whatever the rest is. */
static void check_refused(const pe_gray *field) {
    pe_arena arena = {NULL, 0, 0, 0}, none = {NULL, 64, 0, 0};
    int32_t may_have;
    EXPECT(pe_may_have_boxes(NULL, &arena, &may_have) == PE_INVALID);
    EXPECT(pe_may_have_boxes(field, NULL, &may_have) == PE_INVALID);
    EXPECT(pe_may_have_boxes(field, &none, &may_have) == PE_INVALID);
    EXPECT(pe_may_have_boxes(field, &arena, NULL) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture field = fz_read_picture(&input);
    task of = {&field.gray, 0}, again = of;
    fz_loan loan, other;
    pe_status status = fz_lend(may_have_boxes, &of, first_bytes, &loan);
    EXPECT(status == (field.valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        EXPECT(of.may_have == 0 || of.may_have == 1);
        fz_lend_again(may_have_boxes, &again, &other);
        EXPECT(again.may_have == of.may_have);
        fz_give_back(&other);
    }
    check_refused(&field.gray);
    fz_give_back(&loan);
    fz_free_picture(&field);
    return 0;
}
