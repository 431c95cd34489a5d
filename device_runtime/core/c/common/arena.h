/* Takes memory from the caller's arena. */
#ifndef PE_ARENA_H
#define PE_ARENA_H

#include "../posteye_core.h"

/* Whether there is an arena, and memory in it unless its size is 0. */
int pe_is_valid_arena(const pe_arena *arena);

/* Forget all that was taken. */
void pe_arena_reset(pe_arena *arena);

/* Take `count` items of `size` bytes, aligned to 64 bytes and not cleared; NULL when the arena is too small. */
void *pe_take(pe_arena *arena, size_t count, size_t size);

#endif
