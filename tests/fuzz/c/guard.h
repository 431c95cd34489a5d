/* Guards an arena: what was not taken from it is closed to the core, and what is taken is full of garbage. */
#ifndef FZ_GUARD_H
#define FZ_GUARD_H

#include "posteye_core.h"

/* Close the arena's memory before a call. `garbage` is what it will be filled with. */
void fz_guard(const pe_arena *arena, uint8_t garbage);

/* How many times something was taken since then, before there was too little memory. */
size_t fz_times_taken(void);

/* How many bytes of the arena were in use at most since then. */
size_t fz_most_used(void);

/* Open all of it, as it has to be when it is freed. */
void fz_unguard(const pe_arena *arena);

#endif
