FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    KEEL_STORE=/var/lib/keel/keel.duckdb

WORKDIR /srv/keel

# the pins first: a change of code does not install them again
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt

RUN useradd --system --create-home --shell /usr/sbin/nologin keel \
    && install --directory --owner=keel --group=keel /var/lib/keel

# owned by root: the process that reads uploads cannot change the code it runs
COPY . .

USER keel
# the database and the archive of uploads; everything else in the image can be thrown away
VOLUME /var/lib/keel
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health')"]

# serverAddress: without it, listening on every interface asks an outside host for this machine's address
CMD ["streamlit", "run", "dashboard.py", "--server.address=0.0.0.0", "--browser.serverAddress=localhost"]
