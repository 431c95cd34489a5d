#include "arena.h"

#define ALIGNMENT 64u

int pe_is_valid_arena(const pe_arena *arena) {
    return arena && (arena->memory || !arena->size);
}

void pe_arena_reset(pe_arena *arena) {
    arena->used = 0;
    arena->wanted = 0;
}

/* What does not fit is remembered: the greatest of several wishes counts. */
static void *refuse(pe_arena *arena, size_t wanted) {
    arena->wanted = arena->wanted > wanted ? arena->wanted : wanted;
    return NULL;
}

void *pe_take(pe_arena *arena, size_t count, size_t size) {
    size_t misaligned = ((size_t)(uintptr_t)arena->memory + arena->used) % ALIGNMENT;
    size_t begin = arena->used + (misaligned ? ALIGNMENT - misaligned : 0);
    if (size && count > (SIZE_MAX - begin - ALIGNMENT) / size) {
        return refuse(arena, SIZE_MAX);
    }
    size_t end = begin + count * size;
    if (end > arena->size) {
        return refuse(arena, end + ALIGNMENT);
    }
    arena->used = end;
    return arena->memory + begin;
}
