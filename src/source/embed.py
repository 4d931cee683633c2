#!/usr/bin/env python3
"""Writes the C tables of the .proto files that the program carries.

usage: embed.py OUTPUT TABLE TOP FILE...    (the table is TABLE_files; FILE is relative to TOP)
"""
import sys


def main(output, table, top, files):
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "source/builtin.h"\n\n')
        for index, name in enumerate(files):
            with open(f"{top}/{name}", "rb") as file:
                data = file.read()
            out.write(f"static const unsigned char file_{index}[] = {{")
            for at, byte in enumerate(data):
                out.write(("\n\t" if at % 20 == 0 else " ") + f"{byte},")
            out.write("\n};\n")
        out.write(f"\nconst struct builtin_file {table}_files[] = {{\n")
        for index, name in enumerate(files):
            out.write(f'\t{{ "{name}", file_{index}, sizeof file_{index} }},\n')
        out.write(f"}};\nconst unsigned n_{table}_files = sizeof {table}_files / sizeof *{table}_files;\n")


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
