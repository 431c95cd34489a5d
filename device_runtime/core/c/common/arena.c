#include "arena.h"

#define ALIGNMENT 64u

void pe_arena_reset(pe_arena *arena) {
    arena->used = 0;
    arena->wanted = 0;
}

void *pe_take(pe_arena *arena, size_t count, size_t size) {
    size_t misaligned = ((size_t)(uintptr_t)arena->memory + arena->used) % ALIGNMENT;
    size_t begin = arena->used + (misaligned ? ALIGNMENT - misaligned : 0);
    if (size && count > (SIZE_MAX - begin - ALIGNMENT) / size) {
        arena->wanted = SIZE_MAX;
        return NULL;
    }
    size_t end = begin + count * size;
    if (end > arena->size) {
        arena->wanted = end + ALIGNMENT;
        return NULL;
    }
    arena->used = end;
    return arena->memory + begin;
}
