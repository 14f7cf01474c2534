# One image for all of Engawa's programs; docker-compose.yml says which one runs.

FROM node:24-bookworm-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The base image is Node 24 already; the optional packages would bring it once more, and Vite needs its own.
RUN npm ci --include=optional --ignore-scripts
COPY portal portal
RUN npx vite build portal --logLevel warn

FROM node:24-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Engawa" \
      org.opencontainers.image.description="A smart-home gateway and data broker: nothing leaves the home unless a resident has said yes." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    ENGAWA_DATA=/data \
    ENGAWA_BIND=0.0.0.0
WORKDIR /app
COPY package.json LICENSE NOTICE ./
COPY --from=packages /build/node_modules node_modules
COPY bin bin
COPY devices devices
COPY gateway gateway
COPY broker broker
COPY proto proto
COPY firmware-sim firmware-sim
COPY --from=pages /build/portal/dist portal/dist
RUN ln -s /app/bin/engawa.mjs /usr/local/bin/engawa \
    && install -d -o node -g node -m 0700 /data
# The programs write to /data and /tmp only; the rest of the file system may be mounted read-only.
VOLUME /data
USER node
EXPOSE 1883 8883 1884 8420 8490
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/bin/health.mjs", "8420"]
ENTRYPOINT ["node", "/app/bin/engawa.mjs"]
CMD ["start"]
