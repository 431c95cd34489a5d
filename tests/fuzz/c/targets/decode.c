/* pe_decode and pe_judge with graphs that are as they should be, and any line: how deep it gets is a matter of the writing. */
#include "decoding.h"
#include "expect.h"

static fz_grammar grammar;

static int32_t read_characters(fz_input *input) {
    int kind = fz_byte(input) % 16;
    return kind == 0 ? fz_between(input, 1, PE_MOST_CHARACTERS) : kind < 8 ? 10 : fz_between(input, 1, 12);
}

/* What was changed since it was sealed is refused. */
static pe_graph change(fz_input *input, pe_graph graph) {
    switch (fz_byte(input) % 4) {
    case 0: graph.seal ^= (uint64_t)1 << (fz_byte(input) % 64); break;
    case 1: graph.nodes++; break;
    case 2: graph.layer_character++; break;
    default: graph.density /= 2; break;
    }
    return graph;
}

static void check_refused(fz_input *input, const fz_line *of, const pe_graph *graph) {
    uint8_t memory[64];
    pe_arena arena = {memory, sizeof memory, 0, 0}, none = {NULL, 64, 0, 0};
    pe_graph changed = change(input, *graph);
    pe_decoding decoding;
    int missing = fz_byte(input) % 9;
    EXPECT(pe_decode(missing == 0 ? NULL : &of->net, missing == 1 ? NULL : missing == 2 ? &changed : graph,
                     missing == 3 ? NULL : &of->options, missing == 4 ? NULL : of->scores, of->columns,
                     missing == 5 ? NULL : of->pixels, of->width_px, of->aspect,
                     missing == 6 ? NULL : missing == 7 ? &none : &arena,
                     missing == 8 ? NULL : &decoding) == PE_INVALID);
    decoding.found = fz_any_int(input); /* nothing else of it is set: the candidates are not looked at */
    EXPECT(pe_judge(missing == 0 ? NULL : &of->net, missing == 1 ? NULL : missing == 2 ? &changed : graph,
                    missing == 3 ? NULL : &of->options, missing == 4 ? NULL : of->scores, of->columns,
                    missing == 5 ? NULL : of->pixels, of->width_px, of->aspect,
                    missing == 6 ? NULL : missing == 7 ? &none : &arena,
                    missing == 8 ? NULL : &decoding) == PE_INVALID);
}

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
    fz_decode(&line, &graph, &input, first_bytes);
    check_refused(&input, &line, &graph);
    fz_free_graph(&graph);
    fz_free_line(&line);
    return 0;
}
