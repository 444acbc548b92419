# docker build -t qwentts .
# docker run --rm -e QWENTTS_API_KEY -v "$PWD:/work" qwentts say "Hello, world." -o hello.wav
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m pip install --no-cache-dir --prefix /install '.'

FROM python:3.13-slim
COPY --from=build /install /usr/local
# The key comes with the run, never with the image.
RUN useradd --create-home --uid 1000 qwentts
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["qwentts"]
CMD ["--help"]
