/* pe_decode with graphs that are as they should be, and any line: how deep it gets is a matter of the writing. */
#include "decoding.h"
#include "expect.h"

static fz_grammar grammar;

static int32_t read_characters(fz_input *input) {
    int kind = fz_byte(input) % 16;
    return kind == 0 ? fz_between(input, 1, PE_MOST_CHARACTERS) : kind < 8 ? 10 : fz_between(input, 1, 12);
}

/* What was changed since it was sealed is refused. */
static void check_seal(fz_input *input, const fz_line *line, pe_graph graph) {
    switch (fz_byte(input) % 4) {
    case 0: graph.seal ^= (uint64_t)1 << (fz_byte(input) % 64); break;
    case 1: graph.nodes++; break;
    case 2: graph.layer_character++; break;
    default: graph.density /= 2; break;
    }
    uint8_t memory[64];
    pe_arena arena = {memory, sizeof memory, 0, 0};
    pe_decoding decoding;
    EXPECT(pe_decode(&arena, &line->net, &graph, &line->options, line->scores, line->columns, line->pixels,
                     line->width_px, line->aspect, &decoding) == PE_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fz_input input = {bytes, count};
    int32_t characters = read_characters(&input);
    size_t first_bytes = fz_seldom(&input, 16) ? (size_t)fz_word(&input, 2) : (size_t)1 << 18;
    fz_read_grammar(&input, characters, &grammar);
    fz_line line = fz_read_line(&input, characters);
    pe_graph graph = fz_copy_graph(&grammar);
    pe_net net = line.net;
    net.characters = characters;
    EXPECT(pe_graph_check(&graph, &net) == PE_OK);
    fz_decode(&line, &graph, first_bytes);
    check_seal(&input, &line, graph);
    fz_free_graph(&graph);
    fz_free_line(&line);
    return 0;
}
