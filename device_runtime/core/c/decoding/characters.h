/* Where the characters of the best code stand, and how far each is believed. */
#ifndef PE_CHARACTERS_H
#define PE_CHARACTERS_H

#include "../recognition/frames.h"
#include "belief.h"
#include "search.h"

/* Place and believe the signs of the most believed code: pe_character [signs]. */
void pe_believe_characters(const pe_net *net, const pe_columns *columns, const pe_frames *frames,
                           const pe_search *search, const pe_belief *belief, pe_character *characters);

#endif
