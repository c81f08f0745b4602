"""The process that draws: charts come in as JSON, pictures go out as JSON.

What belongs here: what runs apart, so that a crash of the renderer takes nothing with
it. It is started as a file and imports nothing else of this package.
"""

import base64
import json
import sys


def main() -> None:
    """Draw what stands on standard input."""
    import vl_convert

    asked = json.load(sys.stdin)
    vl_convert.register_font_directory(asked["fonts"])
    drawn: list[str] = []
    for chart in asked["charts"]:
        picture = vl_convert.vegalite_to_png(
            chart, scale=asked["scale"], allowed_base_urls=[]
        )
        drawn.append(base64.b64encode(picture).decode())
    json.dump(drawn, sys.stdout)


if __name__ == "__main__":
    main()
