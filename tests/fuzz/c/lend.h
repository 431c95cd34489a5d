/* Arenas for a call of the core: of exactly as many bytes as they say, and full of garbage.
 *
 * guard.c stands between the core and its arena: an address sanitizer then knows what was taken from the arena and what
 * was not.
 */
#ifndef FZ_LEND_H
#define FZ_LEND_H

#include "input.h"
#include "posteye_core.h"

/* A call of the core, with all that it is given but for the arena. */
typedef pe_status (*fz_call)(pe_arena *arena, void *given);

/* An arena and the block that it lies in. */
typedef struct {
    pe_arena arena;
    uint8_t *block;
} fz_loan;

/* How much to lend at first: mostly more than images of a usual size need. */
size_t fz_first_bytes(fz_input *input);

/* Call with `first_bytes`, and then with as much as was asked for, until that is enough. Each time the memory lies at
 * another alignment.
 *
 * Returns what the core returned last: PE_ARENA_FULL where it wants more than there is for a test. */
pe_status fz_lend(fz_call call, void *given, size_t first_bytes, fz_loan *loan);

/* Call once more, with as little memory as the call before needed, and with other garbage in it. */
void fz_lend_again(fz_call call, void *given, fz_loan *loan);

void fz_give_back(fz_loan *loan);

/* Whether `count` bytes lie in what was taken from the arena. */
int fz_is_taken(const fz_loan *loan, const uint8_t *bytes, size_t count);

#endif
