/* pe_polarity with any field. */
#include <string.h>

#include "expect.h"
#include "lend.h"
#include "picture.h"

typedef struct {
    const pe_gray *field;
    int32_t ink;
} task;

static pe_status polarity(pe_arena *arena, void *given) {
    task *of = given;
    of->ink = -7;
    pe_status status = pe_polarity(of->field, arena, &of->ink);
    EXPECT(status == PE_OK || of->ink == -7);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    size_t first_bytes = fz_first_bytes(&input);
    fz_picture field = fz_read_picture(&input);
    task of = {&field.gray, 0}, again = {&field.gray, 0};
    fz_loan loan, other;
    pe_status status = fz_lend(polarity, &of, first_bytes, &loan);
    EXPECT(status == (field.valid ? PE_OK : PE_INVALID));
    if (status == PE_OK) {
        EXPECT(of.ink >= PE_INK_DARK && of.ink <= PE_INK_PANEL);
        fz_lend_again(polarity, &again, &other);
        EXPECT(again.ink == of.ink);
        fz_give_back(&other);
    }
    fz_give_back(&loan);
    fz_free_picture(&field);
    return 0;
}
