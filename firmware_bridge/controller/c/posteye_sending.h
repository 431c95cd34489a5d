/* What the controller sends. Only the library's own files include this. */
#ifndef POSTEYE_SENDING_H
#define POSTEYE_SENDING_H

#include "posteye_controller.h"

/* Send the payload that lies in the controller's frame up to `end`. */
void pec_send(pec_controller *controller, const uint8_t *end, uint8_t type, uint16_t sequence, uint32_t session);

/* The number of what the controller says next of its own accord. */
uint16_t pec_next_own(pec_controller *controller);

/* A session was opened: what was not taken in the old one begins again. */
void pec_triggers_again(pec_controller *controller);

/* The reader answered a trigger. */
void pec_trigger_settled(pec_controller *controller, uint16_t sequence, uint8_t cause);

#endif
