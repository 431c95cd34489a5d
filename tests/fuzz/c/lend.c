#include "lend.h"

#include <stdlib.h>

#include "expect.h"
#include "guard.h"

#define MOST_BYTES ((size_t)1 << 28)
#define MOST_CALLS 64
#define EXACT_CALLS 4 /* that are given no byte more than was asked for; then the arena doubles, for time's sake */
#define MOST_SHIFT 63

static void take(fz_loan *loan, size_t size, size_t shift) {
    loan->block = malloc(shift + size); /* its end is the arena's, so that a byte too many is seen */
    EXPECT(loan->block);
    loan->arena = (pe_arena){size ? loan->block + shift : NULL, size, 77, 88};
}

size_t fz_first_bytes(fz_input *input) {
    return fz_seldom(input, 8) ? (size_t)fz_word(input, 2) : (size_t)1 << 18;
}

pe_status fz_lend(fz_call call, void *given, size_t first_bytes, fz_loan *loan) {
    size_t size = first_bytes, got_to = 0;
    for (size_t calls = 1;; calls++) {
        EXPECT(calls < MOST_CALLS);
        take(loan, size, 1 + calls * 29 % MOST_SHIFT);
        fz_guard(&loan->arena, 0x5A);
        pe_status status = call(&loan->arena, given);
        EXPECT(status == PE_OK || status == PE_ARENA_FULL || status == PE_INVALID);
        EXPECT(loan->arena.size == size);
        if (status != PE_ARENA_FULL) {
            EXPECT(status != PE_OK || loan->arena.used <= size);
            return status;
        }
        EXPECT(loan->arena.wanted > size);
        EXPECT(calls == 1 || fz_times_taken() > got_to); /* what it wanted was enough to get farther */
        got_to = fz_times_taken();
        if (loan->arena.wanted > MOST_BYTES) {
            return PE_ARENA_FULL;
        }
        size = calls <= EXACT_CALLS ? loan->arena.wanted : 2 * loan->arena.wanted;
        fz_give_back(loan);
    }
}

void fz_lend_again(fz_call call, void *given, fz_loan *loan) {
    take(loan, fz_most_used() + MOST_SHIFT, 1);
    fz_guard(&loan->arena, 0); /* what is 0 may be a flag that is not set, a number, or NULL */
    EXPECT(call(&loan->arena, given) == PE_OK);
}

void fz_give_back(fz_loan *loan) {
    fz_unguard(&loan->arena);
    free(loan->block);
    loan->block = NULL;
}

int fz_is_taken(const fz_loan *loan, const uint8_t *bytes, size_t count) {
    const pe_arena *arena = &loan->arena;
    return bytes >= arena->memory && bytes <= arena->memory + arena->used &&
           count <= (size_t)(arena->memory + arena->used - bytes);
}
