/* Takes memory from the caller's arena. */
#ifndef PE_ARENA_H
#define PE_ARENA_H

#include "../posteye_core.h"

/* Forget all that was taken. */
void pe_arena_reset(pe_arena *arena);

/* Take `count` items of `size` bytes, aligned to 64 bytes and not cleared; NULL when the arena is too small. */
void *pe_take(pe_arena *arena, size_t count, size_t size);

#endif
