"""How long a sentence takes: the first of a process, and the others, short and long.

python benches/sentences.py [--repeat 5]

The floor beside it is what no reading can do without: every word of the sentence looked up once in a table of
the size of the vocabulary.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from statistics import median, quantiles

FIRST = """
import time
t = time.perf_counter()
from keepdial.understand.grammar import understand_words
understand_words("make it a bit warmer and remove the text")
print(time.perf_counter() - t)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    first = [
        float(
            subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(repeat)
    ]

    from keepdial.operations import operations
    from keepdial.understand.grammar import understand_words
    from keepdial.understand.vocabulary import lexicon

    short = [ask for unit in operations().values() for ask in unit.asks]
    long = [", then ".join(short[i : i + 4]) for i in range(0, len(short), 4)]
    # There are more of them than the cache of readings holds, so that none is found there in the next round.
    for title, sentences in (("one step", short), ("four steps", long)):
        for sentence in sentences:
            understand_words(sentence)
        took = []
        for _ in range(repeat):
            for sentence in sentences:
                start = time.perf_counter()
                understand_words(sentence)
                took.append(1000 * (time.perf_counter() - start))
        words = [sentence.lower().split() for sentence in sentences]
        table = dict.fromkeys(lexicon())
        start = time.perf_counter()
        for those in words:
            for word in those:
                table.get(word)
        floor = 1000 * (time.perf_counter() - start) / len(words)
        print(
            f"{title:11} {len(sentences):4} sentences  median {median(took):5.2f} ms  "
            f"99 % {quantiles(took, n=100)[98]:5.2f} ms  most {max(took):5.2f} ms  floor {floor:.4f} ms"
        )
    print(f"the first of a process, with imports: median {median(first):.2f} s of {repeat}")


if __name__ == "__main__":
    main()
