#!/usr/bin/env python3
"""Writes the C tables of the .proto files that the program carries.

usage: embed.py OUTPUT TOP FILE...    (FILE is relative to TOP)
"""
import sys


def main(output, top, files):
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "source/builtin.h"\n\n')
        for index, name in enumerate(files):
            with open(f"{top}/{name}", "rb") as file:
                data = file.read()
            out.write(f"static const unsigned char file_{index}[] = {{")
            for at, byte in enumerate(data):
                out.write(("\n\t" if at % 20 == 0 else " ") + f"{byte},")
            out.write("\n};\n")
        out.write("\nconst struct builtin_file builtin_files[] = {\n")
        for index, name in enumerate(files):
            out.write(f'\t{{ "{name}", file_{index}, sizeof file_{index} }},\n')
        out.write("};\nconst unsigned n_builtin_files = sizeof builtin_files / sizeof *builtin_files;\n")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
