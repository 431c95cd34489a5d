/* What the C programs share that know the core by its header alone: they end at the first thing that is not as it should
 * be, and lend arenas exactly as much as was asked for.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posteye_core.h"

#define EXPECT(condition)                                                \
    do {                                                                 \
        if (!(condition)) {                                              \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);      \
            exit(1);                                                     \
        }                                                                \
    } while (0)

/* Call until the arena is large enough. */
#define CALL(arena, call)                                                \
    do {                                                                 \
        pe_status status_;                                               \
        while ((status_ = (call)) == PE_ARENA_FULL) {                    \
            grow(arena);                                                 \
        }                                                                \
        EXPECT(status_ == PE_OK);                                        \
    } while (0)

/* Lend the arena as much as it asked for: exactly that, so that a sanitizer sees a byte too many. */
static void grow(pe_arena *arena) {
    size_t wanted = arena->wanted;
    EXPECT(wanted > arena->size);
    free(arena->memory);
    pe_arena larger = {malloc(wanted), wanted, 0, 0};
    EXPECT(larger.memory);
    *arena = larger;
}

/* A copy in memory of its own size. */
static uint8_t *keep(const uint8_t *bytes, size_t count) {
    uint8_t *kept = malloc(count);
    EXPECT(kept && bytes);
    return memcpy(kept, bytes, count);
}

#endif
