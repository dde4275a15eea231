# The whole environment, for those who have Docker and not Python:
#   docker build -t tisstats-book .
#   docker run --rm -p 8000:8000 tisstats-book       # the book at http://localhost:8000
FROM python:3.12-slim-bookworm

RUN apt-get update \
 && apt-get install --yes --no-install-recommends chromium make \
 && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home reader
USER reader
WORKDIR /home/reader/book
COPY --chown=reader . .

RUN make book

EXPOSE 8000
CMD [".venv/bin/python", "-m", "http.server", "--directory", "_build/html", "8000"]
