/* Where the characters of the best code stand, and how far each is believed. */
#ifndef PE_CHARACTERS_H
#define PE_CHARACTERS_H

#include "../recognition/frames.h"
#include "belief.h"

/* Place and believe the signs of the most believed code: pe_character [signs]. ends: the node at which each of its
 * characters has ended. */
void pe_believe_characters(const pe_net *net, const pe_columns *columns, const pe_frames *frames,
                           const pe_claim *claim, const pe_belief *belief, const int32_t *ends,
                           pe_character *characters);

#endif
